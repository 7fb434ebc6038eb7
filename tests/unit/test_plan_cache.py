"""Which operations are worth compiling, which plans are kept, and that documents sent to cause compilation cost no more."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc

import pytest

from schema.execution.documents import Documents
from schema.execution.executions import COMPILED, EXECUTED, RESUMED, Executions
from schema.execution.plans import (
    ARGUMENTS_SIZE,
    EXECUTION_FIELDS,
    PLAN_SIZE,
    RESUMED_MAX,
    SIZE_BYTES,
    SUSPENSION,
    VARIANTS_MAX,
    WORTH,
    Compilation,
    Plans,
)
from tests.calls import counted
from tests.unit.equality.world import context
from tests.unit.test_plans import SCHEMA, WIDE, executor

ME = "{ me { id } }"


def uses(plans: Plans, compilation: Compilation, text: str, count: int, fields: int = 2) -> list[bool]:
    """For each of these executions, whether it had a plan; the others execute so many fields."""
    found = []
    for _ in range(count):
        plan = plans.use(compilation, executor(text))
        if plan is None:
            compilation.executed(fields)
        found.append(plan is not None)
    return found


def test_an_operation_is_compiled_once_its_executions_have_cost_enough() -> None:
    plans, compilation = Plans(SCHEMA, EXECUTION_FIELDS + 2), Compilation()
    assert uses(plans, compilation, ME, 4) == [False, False, True, True], "two nodes, worth an execution each"
    assert compilation.work == 0
    assert compilation.find({}) is not None


def test_an_operation_is_executed_a_few_times_first_however_much_it_costs() -> None:
    assert uses(Plans(SCHEMA, 1), Compilation(), ME, 3, fields=10_000) == [False, False, True]


def test_each_variant_must_be_worth_it() -> None:
    text = "query($a: Boolean = true) { me { id email @skip(if: $a) } }"
    plans, compilation = Plans(SCHEMA, 8), Compilation()
    assert uses(plans, compilation, text, 3) == [False, False, True]
    other = executor(text, {"a": False})
    assert plans.use(compilation, other) is None
    compilation.executed(EXECUTION_FIELDS)
    assert plans.use(compilation, other) is not None


def test_what_is_written_once_for_each_type_must_be_worth_more() -> None:
    text = '{ node(id: "x") { a: id b: id c: id d: id e: id f: id g: id h: id } }'
    plans, compilation = Plans(SCHEMA, 1), Compilation()
    assert uses(plans, compilation, text, 3) == [False, False, False]
    assert compilation.nodes == 2 * 9
    assert uses(plans, compilation, text, 3) == [False, True, True], "five types are more than twice two"
    assert compilation.nodes == 4 * 9


def test_none_is_compiled_without_the_compiler() -> None:
    assert not any(uses(Plans(SCHEMA, None), Compilation(), ME, 9, fields=10_000))


def test_the_least_recently_used_plans_are_dropped() -> None:
    plans = Plans(SCHEMA, 0, size_kept=3 * PLAN_SIZE + 6)
    kept = [Compilation() for _ in range(3)]
    assert plans.use(kept[0], executor(ME))
    assert plans.use(kept[1], executor(ME))
    plans.touch(kept[0])
    assert plans.use(kept[2], executor("{ me { id role } }"))
    assert [bool(c.plans) for c in kept] == [True, False, True]
    assert (plans.size, len(plans)) == (2 * PLAN_SIZE + 5, 2)


def test_what_was_dropped_must_be_worth_compiling_again() -> None:
    plans, compilation = Plans(SCHEMA, 1, size_kept=PLAN_SIZE + 2), Compilation()
    assert uses(plans, compilation, ME, 3, fields=10_000)[-1]
    assert uses(plans, Compilation(), ME, 3)[-1]
    assert compilation.variables is None
    assert uses(plans, compilation, ME, 2) == [False, True]


def test_an_operation_has_few_variants() -> None:
    names = [f"v{n}" for n in range(4)]
    fields = " ".join(f"a{n}: id @skip(if: ${name})" for n, name in enumerate(names))
    text = f"query({' '.join(f'${n}: Boolean!' for n in names)}) {{ me {{ id {fields} }} }}"
    plans, compilation = Plans(SCHEMA, 0), Compilation()
    found = [
        plans.use(compilation, executor(text, {name: bool(bits >> n & 1) for n, name in enumerate(names)}))
        for bits in range(16)
    ]
    assert sum(plan is not None for plan in found) == len(compilation.plans) == VARIANTS_MAX


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        "query($id: ID!) { user(id: $id) { id } }",
        "query($n: Int) { me { " + " ".join(f"a{n}: sessions(first: $n) {{ __typename }}" for n in range(20)) + " } }",
        "{ " + " ".join(f"m{n}: me {{ {WIDE} }}" for n in range(8)) + " }",
    ],
)
def test_a_plan_takes_no_more_memory_than_is_counted(text: str) -> None:
    # The least of three, because what other threads of the process allocate meanwhile is traced too.
    taken, size = min(memory_of(text, 20) for _ in range(3))
    assert taken < SIZE_BYTES * size
    assert size >= 20 * (PLAN_SIZE + ARGUMENTS_SIZE * text.count("$n)"))


def memory_of(text: str, count: int) -> tuple[int, int]:
    """The bytes that so many plans of a document take, and the size that is counted for them."""
    built, kept = executor(text, {"id": "x"}), [Compilation() for _ in range(count)]
    plans = Plans(SCHEMA, 0)
    plans.use(Compilation(), built)
    before = plans.size
    gc.collect()
    tracemalloc.start()
    try:
        for compilation in kept:
            plans.use(compilation, built)
        gc.collect()
        return tracemalloc.get_traced_memory()[0], plans.size - before
    finally:
        tracemalloc.stop()


def answered(text: str, viewer: str, count: int, broken: dict[str, str] | None = None) -> list[str]:
    """How these executions of a document were answered, all compiled."""
    found: list[str] = []
    executions = Executions(Documents(SCHEMA, 0), answered=found.append)
    document = executions.documents.get(text)
    for _ in range(count):
        asyncio.run(executions.execute(document, None, None, context(viewer, broken or {})))
    return found


def test_a_plan_that_the_executor_must_complete_each_time_is_suspended() -> None:
    expected = [RESUMED] * RESUMED_MAX + ([EXECUTED] * SUSPENSION + [RESUMED]) * 2
    assert answered("{ events { totalCount: __typename } }", "member", len(expected)) == expected
    assert answered(ME, "member", 30) == [COMPILED] * 30


HOSTILE = {
    "much for nothing": "{ "
    + " ".join(f'n{n}: node(id: "x") {{ ...F }}' for n in range(25))
    + f" }} fragment F on User {{ {WIDE} }}",
    "wide": "{ " + " ".join(f"m{n}: me {{ ...F }}" for n in range(15)) + f" }} fragment F on User {{ {WIDE} }}",
    "names": "{ " + " ".join(f"a{n}: __typename" for n in range(28)) + " }",
    "interfaces": '{ node(id: "x") { id ... on Event { subject { id '
    + "... on Event { subject { id " * 3
    + "} } " * 4
    + "} }",
    "a page": f"{{ users(first: 20) {{ edges {{ node {{ {WIDE} }} }} }} }}",
}


def calls_for(worth: int | None, text: str, times: int) -> int:
    """Calls of functions for documents that are all different, each executed a few times."""
    executions = Executions(Documents(SCHEMA, worth))
    texts = [f"{text} #{number}" for number in range(2)] * times
    asked = [(one, context("admin", {})) for one in texts]

    async def stream() -> None:
        for one, seen in asked:
            await executions.execute(executions.documents.get(one), None, None, seen)

    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))
        with counted() as calls:
            runner.run(stream())
    return calls.count


# The plan of an interface has a part for each type that implements it: 1.15 times with three types, 1.17 with four.
@pytest.mark.parametrize(("times", "more"), [(1, 1.01), (3, 1.06), (12, 1.2)])
@pytest.mark.parametrize("name", HOSTILE)
def test_documents_that_are_all_different_cost_no_more_than_without_the_compiler(
    name: str, times: int, more: float
) -> None:
    assert calls_for(WORTH, HOSTILE[name], times) <= more * calls_for(None, HOSTILE[name], times)
