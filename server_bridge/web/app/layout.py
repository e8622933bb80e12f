"""The frame around every page: head, navigation, language, sign-out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from server_bridge.access.roles import Permission, Viewer
from server_bridge.i18n.phrases import LANGUAGE_NAMES, Lang, Phrase
from server_bridge.web.assets import Assets

_HERE = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link in the navigation, for whoever has the permission anywhere."""

    path: str
    phrase: str
    needs: Permission


class Layout:
    """Makes pages of templates. Each room brings its templates' folder and its phrases."""

    def __init__(
        self,
        assets: Assets,
        phrases: Sequence[Mapping[str, Phrase]],
        folders: Sequence[Path] = (),
        doors: Sequence[NavigationItem] = (),
    ) -> None:
        self._assets = assets
        self._phrases = {key: phrase for room in phrases for key, phrase in room.items()}
        self._doors = doors
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in (_HERE, *folders)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {"asset": assets.url, "languages": LANGUAGE_NAMES}

    def prepare(self) -> None:
        """Compile all templates now, rather than each when its page is first asked for (0.1 s)."""
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def say(self, lang: Lang, key: str, **values: object) -> str:
        """A phrase in one language. Raises KeyError if there is none of that name."""
        return str(self._phrases[key][list(Lang).index(lang)]).format(**values)

    def page(
        self,
        template: str,
        lang: Lang,
        *,
        viewer: Viewer | None = None,
        csrf: str = "",
        path: str = "/",
        asked: str = "",
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """A whole document. `path` and the query `asked` lead to it, but for the language."""
        index = list(Lang).index(lang)
        html = self._environment.get_template(template).render(
            t={key: phrase[index] for key, phrase in self._phrases.items()},
            say=lambda key, **given: self.say(lang, key, **given),
            lang=lang,
            viewer=viewer,
            doors=[door for door in self._doors if viewer and viewer.may(door.needs)],
            csrf=csrf,
            path=path,
            asked=asked,
            **values,
        )
        return HTMLResponse(
            html,
            status_code=status,
            headers={"Cache-Control": "no-store", "Vary": "Cookie", "Content-Language": lang},
        )
