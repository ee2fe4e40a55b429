"""Parts of a screen that live on when something of ours goes wrong in them."""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump


class Sturdy(MessagePump):
    """Goes on with the next message after a fault; Textual's own would stop answering for good."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.app.fault(error)  # type: ignore[attr-defined]
