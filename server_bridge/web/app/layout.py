"""The layout of every page: head, navigation, language, sign-out."""

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
    """A link in the navigation, for viewers who hold the permission at any unit."""

    path: str
    phrase: str
    needs: Permission


class Layout:
    """Renders pages from templates. Each package of pages gives its templates and phrases."""

    def __init__(
        self,
        assets: Assets,
        phrases: Sequence[Mapping[str, Phrase]],
        folders: Sequence[Path] = (),
        navigation: Sequence[NavigationItem] = (),
    ) -> None:
        self._assets = assets
        self._phrases = {key: phrase for some in phrases for key, phrase in some.items()}
        self._navigation = navigation
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
        """Compile all templates now (0.1 s), so that no first request has to wait for it."""
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def say(self, lang: Lang, key: str, **values: object) -> str:
        """Return a phrase in one language. Raises KeyError if no phrase has that key."""
        return str(self._phrases[key][list(Lang).index(lang)]).format(**values)

    def page(
        self,
        template: str,
        lang: Lang,
        *,
        viewer: Viewer | None = None,
        csrf: str = "",
        path: str = "/",
        address_query: str = "",
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """Render a whole document. `path` and `address_query` (without `lang`) lead to it."""
        index = list(Lang).index(lang)
        html = self._environment.get_template(template).render(
            t={key: phrase[index] for key, phrase in self._phrases.items()},
            say=lambda key, **given: self.say(lang, key, **given),
            lang=lang,
            viewer=viewer,
            navigation=[item for item in self._navigation if viewer and viewer.may(item.needs)],
            csrf=csrf,
            path=path,
            address_query=address_query,
            **values,
        )
        return HTMLResponse(
            html,
            status_code=status,
            headers={"Cache-Control": "no-store", "Vary": "Cookie", "Content-Language": lang},
        )
