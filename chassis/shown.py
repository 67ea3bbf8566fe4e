"""What readers get: JSON whose personal data are in plain, as far as the keys live. Read models and events hold them sealed."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.personal import PREFIX
from chassis.vault import Vault


class Shown(Response):
    """A JSON response that is opened on its way out, by the vault of the app that sends it."""

    media_type = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        vault: Vault | None = getattr(scope["app"].state, "vault", None)
        if vault is not None and PREFIX in self.body:
            self.body = await vault.shown(bytes(self.body))
            self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
