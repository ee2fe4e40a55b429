"""Parts of a screen that live on when something of ours goes wrong in them, and do not take what is meant for others."""

from __future__ import annotations

from textual.events import Key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen


class Sturdy(MessagePump):
    """Goes on with the next message after a fault; Textual's own would stop answering for good.

    A key that was pressed before the screen above it came, or after it was left, goes to the screen on top: whoever types
    ahead means what is going to be there.
    """

    async def _dispatch_message(self, message: Message) -> None:
        if isinstance(message, Key) and isinstance(self, Screen) and self._is_left(self):
            self.app.post_message(Key(message.key, message.character))
            return
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.app.fault(error)  # type: ignore[attr-defined]

    def _is_left(self, screen: Screen[object]) -> bool:
        stack = self.app.screen_stack
        return bool(stack) and stack[-1] is not screen
