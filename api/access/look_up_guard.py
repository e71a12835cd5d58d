"""The one way a citizen's page looks something up: counted, with work done, and evenly slow."""

from dataclasses import dataclass

from starlette.requests import Request

from api.access.citizen_session import Visitor
from api.access.kept_tries import KeptTries
from api.access.look_up_quotas import Facts, LookUpQuotas, Standing
from api.access.quotas import address_of, source_of
from api.access.tries import SharedTries
from api.access.work_proof import Work, give_work, work_done
from api.house import House
from payments.found import Found
from payments.look_up import NoDecisionYet, NoMatch, Question, look_up
from payments.obligation import normalised_number, normalised_subject


@dataclass(frozen=True, slots=True)
class Gate:
    """How a visitor's next look-up stands; `work` is what must be done before it."""

    standing: Standing
    work: Work | None = None


class LookUpGuard:
    """Counts, looks up, and says what the next look-up needs."""

    def __init__(self, house: House) -> None:
        """Guard the look-ups of one page."""
        self._house = house
        self._quotas = LookUpQuotas(shared_tries(house))

    def gate(self, request: Request, visitor: Visitor) -> Gate:
        """Return how the next look-up stands."""
        now = self._house.clock()
        standing = self._quotas.standing(
            source=self._source(request), visitor=visitor.name, now=now
        )
        return self._gate(visitor, standing)

    def look_up(
        self, request: Request, visitor: Visitor, question: Question, *, sealed: str, number: str
    ) -> tuple[Found | NoDecisionYet | NoMatch, Gate]:
        """Answer a question and say how the next one stands; `number` solves the `sealed` work.

        Raises:
            TooManyTries: a limit is reached.
            WorkWanted: the work was not done.
            InputRefused: the number or subject cannot be one.
            RateMissing: a rate the price needs is not known.
        """
        house, now, source = self._house, self._house.clock(), self._source(request)
        facts = facts_of(question)
        work = work_done(house.settings, sealed, number=number, visitor=visitor.name, now=now)
        standing = self._quotas.begin(
            facts, source=source, visitor=visitor.name, now=now, work=work
        )
        answer = ask(house, question)
        if isinstance(answer, NoMatch):
            self._quotas.was_wrong(now=now)
        else:
            self._quotas.was_right(facts, source=source, now=now)
        return answer, self._gate(visitor, standing)

    def _gate(self, visitor: Visitor, standing: Standing) -> Gate:
        if standing is not Standing.WORK:
            return Gate(standing)
        house, now = self._house, self._house.clock()
        factor = self._quotas.work_factor(now=now)
        return Gate(
            standing, give_work(house.settings, visitor=visitor.name, factor=factor, now=now)
        )

    def _source(self, request: Request) -> str:
        return source_of(address_of(request, proxy_hops=self._house.settings.proxy_hops))


def shared_tries(house: House) -> SharedTries:
    """Return counts that all processes share."""
    secret = bytes.fromhex(house.settings.secret_key.get_secret_value())
    return SharedTries(KeptTries(house.open_tx, secret=secret))


def facts_of(question: Question) -> Facts:
    """Return what a question is counted under.

    Raises:
        InputRefused: the number or subject cannot be one.
    """
    return Facts(normalised_number(question.number), normalised_subject(question.subject))


def ask(house: House, question: Question) -> Found | NoDecisionYet | NoMatch:
    """Answer a question in a transaction of its own."""
    with house.open_tx() as tx:
        return look_up(tx, question, on=house.today(), keys=house.personal_keys, rates=house.rates)
