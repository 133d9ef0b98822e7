"""The words a record's state is shown by: one vocabulary for all connectors, each word with its tone."""

from enum import StrEnum
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Tone(StrEnum):
    """What a word asks of the agent; the stylesheet gives each a colour and the badge an icon."""

    NEUTRAL = "neutral"
    PROGRESS = "progress"
    GOOD = "good"
    LOOK = "look"
    ACT = "act"


class Word(StrEnum):
    """A state. Its value is stored, its `label` is shown, its `tone` colours it.

    Each vocabulary has UNKNOWN, for what a system says and we have no word for: shown as that system's
    own text (`Record.raw_status`).
    """

    tone: Tone
    label: Promise

    def __new__(cls, value: str, tone: Tone, label: Promise) -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.tone = tone
        word.label = label
        return word

    @classmethod
    def of(cls, text: object) -> Self:
        """Return the word that is stored as `text`; of any other, UNKNOWN."""
        return next((word for word in cls if word.value == text), cls["UNKNOWN"])


_UNKNOWN = pgettext_lazy("state", "Unknown")


class PaymentWord(Word):
    """Where the money of an order or payment is."""

    PENDING = "pending", Tone.LOOK, pgettext_lazy("payment", "Pending")
    WAITING = "waiting", Tone.LOOK, pgettext_lazy("payment", "Waiting for customer")
    PROCESSING = "processing", Tone.PROGRESS, pgettext_lazy("payment", "Processing")
    AUTHORISED = "authorised", Tone.PROGRESS, pgettext_lazy("payment", "Authorised")
    PART_PAID = "part_paid", Tone.LOOK, pgettext_lazy("payment", "Part paid")
    PAID = "paid", Tone.GOOD, pgettext_lazy("payment", "Paid")
    PART_REFUNDED = "part_refunded", Tone.NEUTRAL, pgettext_lazy("payment", "Part refunded")
    REFUNDED = "refunded", Tone.NEUTRAL, pgettext_lazy("payment", "Refunded")
    NOT_CHARGED = "not_charged", Tone.NEUTRAL, pgettext_lazy("payment", "Not charged")
    FAILED = "failed", Tone.ACT, pgettext_lazy("payment", "Failed")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class DeliveryWord(Word):
    """Where the goods of an order or parcel are."""

    NOT_SHIPPED = "not_shipped", Tone.NEUTRAL, pgettext_lazy("delivery", "Not shipped")
    ON_HOLD = "on_hold", Tone.LOOK, pgettext_lazy("delivery", "On hold")
    PREPARING = "preparing", Tone.PROGRESS, pgettext_lazy("delivery", "Preparing")
    PART_SHIPPED = "part_shipped", Tone.PROGRESS, pgettext_lazy("delivery", "Part shipped")
    # Shipped means handed over on paper: no carrier has scanned it yet.
    SHIPPED = "shipped", Tone.PROGRESS, pgettext_lazy("delivery", "Shipped")
    ON_ITS_WAY = "on_its_way", Tone.PROGRESS, pgettext_lazy("delivery", "On its way")
    READY_TO_COLLECT = "ready_to_collect", Tone.PROGRESS, pgettext_lazy("delivery", "Ready to collect")
    DELIVERED = "delivered", Tone.GOOD, pgettext_lazy("delivery", "Delivered")
    # Done as far as the store knows, without any data about a parcel.
    COMPLETED = "completed", Tone.GOOD, pgettext_lazy("delivery", "Completed")
    DELAYED = "delayed", Tone.LOOK, pgettext_lazy("delivery", "Delayed")
    PROBLEM = "problem", Tone.ACT, pgettext_lazy("delivery", "Problem")
    NOT_NEEDED = "not_needed", Tone.NEUTRAL, pgettext_lazy("delivery", "Not needed")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is to come."""
        return self in _FINISHED


_FINISHED = frozenset({DeliveryWord.DELIVERED, DeliveryWord.COMPLETED, DeliveryWord.NOT_NEEDED})


class ReturnWord(Word):
    """How far a return is."""

    REQUESTED = "requested", Tone.LOOK, pgettext_lazy("return", "Return requested")
    IN_PROGRESS = "in_progress", Tone.PROGRESS, pgettext_lazy("return", "Return in progress")
    RETURNED = "returned", Tone.NEUTRAL, pgettext_lazy("return", "Returned")
    DECLINED = "declined", Tone.NEUTRAL, pgettext_lazy("return", "Return declined")
    FAILED = "failed", Tone.ACT, pgettext_lazy("return", "Return failed")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class RefundWord(Word):
    """Whether refunded money has moved."""

    SENT = "sent", Tone.PROGRESS, pgettext_lazy("refund", "Sent")
    WAITING = "waiting", Tone.LOOK, pgettext_lazy("refund", "Waiting for customer")
    DONE = "done", Tone.NEUTRAL, pgettext_lazy("refund", "Done")
    FAILED = "failed", Tone.ACT, pgettext_lazy("refund", "Failed")
    # The store wrote it down; nobody sent money.
    RECORDED_ONLY = "recorded_only", Tone.LOOK, pgettext_lazy("refund", "Recorded only")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class SubscriptionWord(Word):
    """How a subscription stands."""

    ACTIVE = "active", Tone.GOOD, pgettext_lazy("subscription", "Active")
    TRIAL = "trial", Tone.PROGRESS, pgettext_lazy("subscription", "Trial")
    PAUSED = "paused", Tone.NEUTRAL, pgettext_lazy("subscription", "Paused")
    PAST_DUE = "past_due", Tone.LOOK, pgettext_lazy("subscription", "Past due")
    UNPAID = "unpaid", Tone.ACT, pgettext_lazy("subscription", "Unpaid")
    WAITING = "waiting", Tone.LOOK, pgettext_lazy("subscription", "Waiting for first payment")
    ENDED = "ended", Tone.NEUTRAL, pgettext_lazy("subscription", "Ended")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class InvoiceWord(Word):
    """How an invoice stands."""

    DRAFT = "draft", Tone.NEUTRAL, pgettext_lazy("invoice", "Draft")
    OPEN = "open", Tone.PROGRESS, pgettext_lazy("invoice", "Open")
    OVERDUE = "overdue", Tone.LOOK, pgettext_lazy("invoice", "Overdue")
    PAID = "paid", Tone.GOOD, pgettext_lazy("invoice", "Paid")
    WRITTEN_OFF = "written_off", Tone.NEUTRAL, pgettext_lazy("invoice", "Written off")
    VOID = "void", Tone.NEUTRAL, pgettext_lazy("invoice", "Void")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class DisputeWord(Word):
    """Whose move a dispute is."""

    CLOSED = "closed", Tone.NEUTRAL, pgettext_lazy("dispute", "Closed")
    INQUIRY = "inquiry", Tone.LOOK, pgettext_lazy("dispute", "Inquiry")
    ANSWER = "answer", Tone.ACT, pgettext_lazy("dispute", "Answer needed")
    IN_REVIEW = "in_review", Tone.LOOK, pgettext_lazy("dispute", "In review")
    WON = "won", Tone.GOOD, pgettext_lazy("dispute", "Won")
    LOST = "lost", Tone.ACT, pgettext_lazy("dispute", "Lost")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN

    @property
    def is_open(self) -> bool:
        """Whether the money is still at stake."""
        return self in _OPEN_DISPUTES


_OPEN_DISPUTES = frozenset({DisputeWord.INQUIRY, DisputeWord.ANSWER, DisputeWord.IN_REVIEW})


class AlertWord(Word):
    """What about a customer should be known before anything else."""

    DISPUTE = "dispute", Tone.ACT, pgettext_lazy("alert", "Answer dispute")
    PAST_DUE = "past_due", Tone.LOOK, pgettext_lazy("alert", "Payment past due")
    DELIVERY_PROBLEM = "delivery_problem", Tone.ACT, pgettext_lazy("alert", "Delivery problem")
    DELIVERY_DELAYED = "delivery_delayed", Tone.LOOK, pgettext_lazy("alert", "Delivery delayed")
    RISK = "risk", Tone.LOOK, pgettext_lazy("alert", "Marked as a risk")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class ConversationWord(Word):
    """How a conversation of the host stands."""

    OPEN = "open", Tone.PROGRESS, pgettext_lazy("conversation", "Open")
    PENDING = "pending", Tone.LOOK, pgettext_lazy("conversation", "Pending")
    SNOOZED = "snoozed", Tone.NEUTRAL, pgettext_lazy("conversation", "Snoozed")
    RESOLVED = "resolved", Tone.GOOD, pgettext_lazy("conversation", "Resolved")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self in _OPEN_CONVERSATIONS


_OPEN_CONVERSATIONS = frozenset({ConversationWord.OPEN, ConversationWord.PENDING, ConversationWord.SNOOZED})


class AuthorWord(Word):
    """Who wrote a message."""

    CUSTOMER = "customer", Tone.NEUTRAL, pgettext_lazy("author", "Customer")
    AGENT = "agent", Tone.NEUTRAL, pgettext_lazy("author", "Agent")
    BOT = "bot", Tone.NEUTRAL, pgettext_lazy("author", "Bot")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN


class MatchWord(Word):
    """By what a record was matched to the contact, the surest first. A weak match asks for a second look."""

    LINK = "link", Tone.GOOD, pgettext_lazy("match", "Linked by an agent")
    IDENTIFIER = "identifier", Tone.GOOD, pgettext_lazy("match", "Matched by customer ID")
    ATTRIBUTE = "attribute", Tone.GOOD, pgettext_lazy("match", "Matched by customer attribute")
    EMAIL = "email", Tone.GOOD, pgettext_lazy("match", "Matched by email")
    PHONE = "phone", Tone.LOOK, pgettext_lazy("match", "Weak match: numbers are shared")
    NUMBER = "number", Tone.LOOK, pgettext_lazy("match", "Matched by order number")
    UNKNOWN = "unknown", Tone.NEUTRAL, _UNKNOWN

    @property
    def is_weak(self) -> bool:
        """Whether it may well be somebody else."""
        return self.tone is Tone.LOOK

    @property
    def rank(self) -> int:
        """Its place among matches, 0 the surest."""
        return list(MatchWord).index(self)
