"""Light and buzzer on GPIO pins. The only module that imports gpiozero."""

from typing import Any

import gpiozero

from device.config import SignalSettings
from device.scan.signals import SignalError
from gate_contract.signal_patterns import Light

TONE_HZ = 2_000


class GpioPanel:
    """An RGB LED, or up to three separate ones, and an active or passive buzzer.

    `pin_factory` None selects the kernel's GPIO lines by lgpio: by default gpiozero would silently
    fall back to inferior libraries.

    Raises:
        SignalError: there are no GPIO pins here, or one of them is in use.
    """

    def __init__(self, config: SignalSettings, pin_factory: Any = None) -> None:
        self._devices: list[Any] = []
        try:
            if pin_factory is None:
                from gpiozero.pins.lgpio import LGPIOFactory

                pin_factory = LGPIOFactory()
            self._leds = [
                self._led(pin, active_high=config.active_high, pin_factory=pin_factory)
                for pin in (config.red_pin, config.green_pin, config.blue_pin)
            ]
            self._buzzer = self._make_buzzer(config, pin_factory)
        except Exception as error:  # gpiozero raises whatever its pin library does
            self.close()
            raise SignalError(
                f"light and sound cannot be used: {error}. Check [signals] in gate.toml, that the "
                "service's user is in the group gpio, and that no other program holds the pins."
            ) from error

    def _led(self, pin: int, *, active_high: bool, pin_factory: Any) -> Any:
        if pin < 0:
            return None
        return self._keep(gpiozero.LED(pin, active_high=active_high, pin_factory=pin_factory))

    def _make_buzzer(self, config: SignalSettings, pin_factory: Any) -> Any:
        if config.buzzer_pin < 0:
            return None
        if config.buzzer == "active":
            return self._keep(gpiozero.Buzzer(config.buzzer_pin, pin_factory=pin_factory))
        return self._keep(
            gpiozero.PWMOutputDevice(config.buzzer_pin, frequency=TONE_HZ, pin_factory=pin_factory)
        )

    def _keep(self, device: Any) -> Any:
        self._devices.append(device)
        return device

    def show(self, light: Light, *, tone: bool) -> None:
        """Switch to this light and tone, until the next call."""
        for led, lit in zip(self._leds, light.value, strict=True):
            if led is not None:
                led.value = lit
        if self._buzzer is not None:
            # A passive buzzer is loudest with half the period on.
            passive = isinstance(self._buzzer, gpiozero.PWMOutputDevice)
            self._buzzer.value = (0.5 if passive else 1) * tone

    def close(self) -> None:
        """Release the pins."""
        for device in self._devices:
            device.close()
