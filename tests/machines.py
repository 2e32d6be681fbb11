"""Mirrors of platforms that live on between runs, some of them cut, for Hypothesis to play with."""

from contextlib import ExitStack, suppress
from threading import Lock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from doctoring import Doctor, named
from etl import ledger, sync, verify
from etl.cli.build import choose
from etl.job import Job
from etl.platforms import PLATFORMS
from etl.sync import Committed, Finished
from etl.transform import Plan
from mirror import content, dump, rows

NUMBER = st.integers(0, 9)
MOMENTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 99), NUMBER, NUMBER), min_size=1, max_size=6
)
HISTORY = st.lists(st.tuples(st.integers(0, 99), NUMBER, NUMBER), min_size=1, max_size=8)
BOOKS = ("sync_runs", "sync_stream_runs")


class Between:
    """Sends what is asked, and lets something happen before some of the requests."""

    def __init__(self, sender, happens):
        self._sender, self._happens = sender, happens
        self._turn = Lock()

    def __getattr__(self, name):
        return getattr(self._sender, name)

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        with self._turn:
            self._happens()
            return self._sender.send(request)


class Machine(RuleBasedStateMachine):
    """A mirror and its source; whoever inherits says what happens there, and what is there.

    `happenings` are its methods that change the source by two numbers, or are answered by one of
    its `refusals`. `silent` tells that
    something was written which only a whole reading can see.
    """

    happenings = ()
    refusals = ()

    def __init__(self, new_mirror):
        super().__init__()
        self._open = ExitStack()
        self.session = self._open.enter_context(new_mirror())
        self.cut, self.silent = False, False
        self.ever, self.doctored = {}, 0
        self.begin()

    def begin(self):
        """Make a world: `sender` and `source`."""
        raise NotImplementedError

    def wait(self):
        """Let so much time go by that nothing more comes late."""

    def alive(self):
        """Give the ids of what there is, by table."""
        raise NotImplementedError

    def opened(self, context):
        return self._open.enter_context(context)

    def teardown(self):
        """End cleanly whatever came before."""
        with self._open:
            self.run_cleanly()

    def job(self, **how):
        platform = PLATFORMS[self.source.platform]
        streams = choose(platform, self.source, ())
        return Job(self.source, platform, self.sender, streams, allow_mass_delete=True, **how)

    def run(self, *, stop_after=None, full=False):
        """Run; perhaps be killed after so many pages. Gives the reports."""
        pages, reports = 0, []
        with ledger.opened(self.session) as books:
            events = sync.run([self.job(full=full)], self.session, books)
            for event in events:
                pages += isinstance(event, Committed)
                reports += [event.report] if isinstance(event, Finished) else []
                if pages == stop_after:
                    events.close()
                    self.cut = True
                    break
        return reports

    def well(self, **how):
        """Run, which must go well; count the rows written."""
        reports = self.run(**how)
        assert {r.stream: (r.outcome, r.error) for r in reports} == {
            r.stream: ("ok", None) for r in reports
        }
        return sum(r.counts.inserted + r.counts.updated + r.counts.deleted for r in reports)

    def buried(self):
        """Give the ids of the tombstones, by table."""
        return {
            table: {r["id"] for r in rows(self.session, table, without=()) if r["deleted_at"]}
            for table in self.alive()
        }

    @rule(history=HISTORY)
    def live_on(self, history):
        self.live(history)

    @rule(history=HISTORY)
    def live(self, history):
        for which, number, other in history:
            with suppress(*self.refusals):
                getattr(self, self.happenings[which % len(self.happenings)])(number, other)

    @rule(moments=MOMENTS, full=st.booleans())
    def run_while_it_lives_on(self, moments, full):
        """Let things happen between the requests of a run, each so many after the one before."""
        waiting = list(moments)

        def happen():
            if waiting and waiting[0][0] == 0:
                self.live([waiting.pop(0)[1:]])
            elif waiting:
                waiting[0] = (waiting[0][0] - 1, *waiting[0][1:])

        usual, self.sender = self.sender, Between(self.sender, happen)
        try:
            reports = self.run(full=full)
        finally:
            self.sender = usual
        self.cut |= any(report.outcome != "ok" for report in reports)

    @rule(pages=st.integers(1, 12))
    def run_and_be_killed(self, pages):
        self.run(stop_after=pages)

    @rule()
    def run_cleanly(self):
        """Whatever happened: then the mirror is what its source is, and an idle run is idle."""
        self.wait()
        self.well(full=self.silent)
        if self.cut:
            self.wait()
            self.well(full=self.silent)  # the first one went on where the killed run was
        self.cut = self.silent = False
        self.check()
        self.check_idle()

    def look(self, **how):
        """Compare; give what is named."""
        found = list(verify.run([self.job()], self.session, **how))
        assert {v.stream: v.error for v in found} == {v.stream: None for v in found}
        return set.union(*map(named, found))

    @rule(which=st.integers(0, 99), how=st.integers(0, 2), number=NUMBER)
    def be_doctored_and_repaired(self, which, how, number):
        """Somebody's script spoils one row: that one is named, and mended, and no other."""
        self.run_cleanly()
        plans = [Plan(stream, self.source.name) for stream in self.job().streams]
        layouts = [(plan, one) for plan in plans for one in (plan.root, *plan.children)]
        plan, layout = layouts[which % len(layouts)]
        self.doctored += 1
        doctor, before = Doctor(self.session, plan, self.doctored), steady(self.session)
        if not (keys := doctor.keys(layout)):
            return
        (doctor.delete, doctor.change, doctor.invent)[how](layout, keys[number % len(keys)])
        assert self.look(deep=True) == doctor.done
        with ledger.opened(self.session) as books:
            assert self.look(deep=True, run_id=books.run_id) == doctor.done
        assert self.look(deep=True) == set()
        assert steady(self.session) == before

    def check(self):
        assert self.look(deep=True) == set()
        assert self.look() == set()
        alive, buried = self.alive(), self.buried()
        for table, ids in alive.items():
            held = {row["id"] for row in rows(self.session, table)}
            assert held - buried[table] == ids
            assert buried[table] >= self.ever.get(table, set()) - ids
            self.ever[table] = self.ever.get(table, set()) | ids

    def check_idle(self):
        self.wait()
        assert self.well() == 0
        before = {k: v for k, v in dump(self.session).items() if k not in BOOKS}
        assert self.well() == 0
        assert {k: v for k, v in dump(self.session).items() if k not in BOOKS} == before


def chosen(found, number):
    """Choose one of some keys, if there are any."""
    keys = sorted(found)
    return keys[number % len(keys)] if keys else None


def steady(session):
    """Give what is mirrored, without what is another at every look."""
    moving = {
        table.__tablename__: {n for n, c in table.__columns__.items() if c.spec.volatile}
        for platform in PLATFORMS.values()
        for stream in platform.streams
        for table in (stream.shape.table,)
    }
    return {
        table: [{n: v for n, v in row.items() if n not in moving.get(table, ())} for row in found]
        for table, found in content(session).items()
    }
