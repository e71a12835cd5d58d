"""The house style, as far as syntax shows it. Each rule lists what breaks it, with its place."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import (
    BOOK_PACKAGES,
    Function,
    Source,
    all_arguments,
    calls,
    dotted,
    functions,
    imported,
    last_name,
    positional,
    sources,
    sources_and_tests,
    uses_tx,
)

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
REASON_LETTERS_MIN = 4
BANNED_NAMES = {
    *("utils", "helpers", "common", "misc", "base", "core"),
    *("manager", "service", "handler", "processor"),
}
CLOCK = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
}
IMPURE = {
    *("asyncio", "ctypes", "httpx2", "logging", "os", "psycopg", "random", "secrets", "shutil"),
    *("socket", "sqlalchemy", "structlog", "subprocess", "tempfile", "threading", "time", "uuid"),
}
SQL_TEXT = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|GRANT|REVOKE|TRUNCATE|WITH|CALL)\s",
    re.IGNORECASE,
)
RUNS_SQL = {"exec_driver_sql", "execute", "executemany", "scalars"}
ENDS_TRANSACTIONS = {"begin", "begin_nested", "commit", "rollback"}
SILENCED = re.compile(
    r"#\s*(?:noqa: ?[A-Z0-9, ]+|pyright: ignore\[[\w, ]+\])(?P<reason>.*)$", re.MULTILINE
)
SILENCED_WHOLE = re.compile(
    r"#\s*(?:noqa\s*$|type: ignore|pyright: (?:basic|ignore\s*$))", re.MULTILINE
)


def test_files_stay_short_enough_to_read():
    found = [
        f"{source.path}: {length} lines"
        for source in sources_and_tests()
        if (length := source.text.count("\n")) >= FILE_LINES_MAX
    ]
    assert not found, report(found)


def test_functions_stay_short_enough_to_read():
    found = [
        source.at(function, f"{function.name} has {length} lines")
        for source in sources_and_tests()
        for function in functions(source.tree)
        if (length := own_lines(function)) >= FUNCTION_LINES_MAX
    ]
    assert not found, report(found)


def test_names_say_what_is_in_a_file():
    found = [
        str(source.path)
        for source in sources_and_tests()
        if {source.path.stem, *source.path.parts[:-1]} & BANNED_NAMES
        or not re.fullmatch(r"[a-z][a-z0-9_]*|__init__|__main__", source.path.stem)
    ]
    assert not found, report(found)


def test_every_file_opens_with_one_line_that_says_what_is_in_it():
    found: list[str] = []
    for source in sources_and_tests():
        first, *rest = (ast.get_docstring(source.tree) or "").split("\n")
        if not first or (rest and rest[0]):
            found.append(str(source.path))
    assert not found, report(found)


def test_package_files_hold_one_sentence_and_nothing_else():
    found = [
        str(source.path)
        for source in sources()
        if source.path.name == "__init__.py"
        and (len(source.tree.body) != 1 or ast.get_docstring(source.tree) is None)
    ]
    assert not found, report(found)


def test_imports_stand_at_the_top_whole_and_absolute():
    found: list[str] = []
    for source in sources_and_tests():
        at_top = set(source.tree.body)
        for node, module in imported(source.tree):
            if node not in at_top:
                found.append(source.at(node, f"imports {module} inside something"))
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                if node.level or names & {"*", "TYPE_CHECKING"}:
                    found.append(source.at(node, "relative, star or type-only import"))
    assert not found, report(found)


def test_a_transaction_comes_first_and_is_either_given_or_opened():
    found: list[str] = []
    for source in sources():
        for function in functions(source.tree):
            names = all_arguments(function)
            mine = [name for name in names if name in {"tx", "open_tx"}]
            if len(mine) > 1:
                found.append(source.at(function, f"{function.name} takes tx and open_tx"))
            elif mine and (not positional(function) or positional(function)[0].arg != mine[0]):
                found.append(source.at(function, f"{function.name}: {mine[0]} is not first"))
    assert not found, report(found)


def test_only_the_transaction_file_begins_and_commits():
    allowed = {
        Path("ledger/postgres/transaction.py"),
        Path("api/postgres/migrate.py"),  # alembic wants the connection, not a block of ours
    }
    found = [
        source.at(call, f"calls {name}()")
        for source in sources()
        if source.path not in allowed and not source.is_simulator
        for call, name in calls(source.tree)
        if name in ENDS_TRANSACTIONS and isinstance(call.func, ast.Attribute)
        if not call.args and not call.keywords  # What takes arguments begins something else.
    ]
    assert not found, report(found)


def test_there_is_no_float():
    found = [
        source.at(node, "float")
        for source in sources()
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert not found, report(found)


def test_only_the_clock_file_reads_the_clock():
    found = [
        source.at(node, dotted(node))
        for source in sources()
        if source.path != Path("api/clock.py") and not source.is_simulator
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in CLOCK
    ]
    assert not found, report(found)


def test_nouns_are_pure():
    found: list[str] = []
    for source in sources():
        if source.package not in BOOK_PACKAGES or source.is_sql or uses_tx(source):
            continue
        for node, module in imported(source.tree):
            if module.split(".")[0] in IMPURE or ".postgres" in module:
                found.append(source.at(node, f"a noun imports {module}"))
    assert not found, report(found)


def test_an_act_is_one_public_function_of_its_files_name():
    found: list[str] = []
    for source in sources():
        if source.package not in BOOK_PACKAGES or source.is_sql or not uses_tx(source):
            continue
        public = [function.name for function in top_functions(source) if is_public(function)]
        if public != [source.path.stem] and "proofs" not in source.path.parts:
            found.append(f"{source.path}: its public functions are {public}")
    assert not found, report(found)


def test_only_movements_build_entries():
    reads_them_back = Path("ledger/postgres/entry_rows.py")
    found = [
        source.at(call, "builds an Entry")
        for source in sources()
        if source.path.parts[:2] != ("ledger", "movements") and source.path != reads_them_back
        for call, name in calls(source.tree)
        if name == "Entry"
    ]
    assert not found, report(found)


def test_a_movement_is_one_function_of_its_files_name():
    found = [
        str(source.path)
        for source in sources()
        if source.path.parts[:2] == ("ledger", "movements") and source.path.stem != "__init__"
        if [one.name for one in top_functions(source) if is_public(one)] != [source.path.stem]
    ]
    assert not found, report(found)


def test_public_functions_stand_above_their_helpers():
    found: list[str] = []
    for source in sources():
        kinds = [is_public(function) for function in top_functions(source)]
        if kinds != sorted(kinds, reverse=True):
            found.append(str(source.path))
    assert not found, report(found)


def test_two_arguments_of_one_type_are_given_by_name():
    found: list[str] = []
    for source in sources():
        for function in functions(source.tree):
            if not is_public(function) or is_override(function):
                continue
            types = [ast.unparse(one.annotation) for one in positional(function) if one.annotation]
            twice = {one for one in types if types.count(one) > 1}
            if twice:
                found.append(source.at(function, f"{function.name} takes several {twice}"))
    assert not found, report(found)


def test_sql_is_run_below_postgres_folders_only():
    found = [
        source.at(call, f"calls {name}()")
        for source in sources()
        if not source.is_sql and not source.is_simulator
        for call, name in calls(source.tree)
        if name in RUNS_SQL
    ]
    assert not found, report(found)


def test_sql_is_never_put_together_from_text():
    found = [
        source.at(node, "SQL from an f-string")
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr) and node.values and is_sql_start(node.values[0])
    ]
    assert not found, report(found)


def test_sql_text_is_written_out_whole():
    found = [
        source.at(call, "text() of something that is not a constant")
        for source in sources()
        if "sqlalchemy" in {module for _, module in imported(source.tree)}
        for call, name in calls(source.tree)
        if name == "text" and call.args and not isinstance(call.args[0], ast.Constant)
    ]
    assert not found, report(found)


def test_states_change_by_the_table_alone():
    found = [
        source.at(node, "compares a state by hand")
        for source in sources()
        if source.package in BOOK_PACKAGES and not source.is_sql and source.path.stem != "states"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and "state" in {last_name(node.left), last_name(node.comparators[0])}
    ]
    assert not found, report(found)


def test_catch_alls_stand_at_the_doors_only():
    found: list[str] = []
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler):
                caught = {last_name(one) for one in caught_by(node)}
                is_door = source.package == "api" or source.is_simulator
                if node.type is None or (caught & {"Exception", "BaseException"} and not is_door):
                    found.append(source.at(node, "catches everything"))
    assert not found, report(found)


def test_there_are_no_globals_that_change():
    found = [
        source.at(node, f"global {', '.join(node.names)}")
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Global)
    ]
    assert not found, report(found)


def test_casts_stand_in_registries_only():
    found = [
        source.at(node, "imports cast")
        for source in sources()
        if source.path.stem != "registry"
        for node, module in imported(source.tree)
        if module == "typing" and "cast" in {alias.name for alias in node.names}
    ]
    assert not found, report(found)


def test_every_silenced_check_says_why():
    found: list[str] = []
    for source in sources_and_tests():
        bare = [
            match
            for match in SILENCED.finditer(source.text)
            if len(match["reason"].strip(" #():-")) < REASON_LETTERS_MIN
        ]
        bare += SILENCED_WHOLE.finditer(source.text)
        found += [f"{source.path}: {match[0]}" for match in bare]
    assert not found, report(found)


def test_names_of_tests_are_sentences():
    found = [
        source.at(function, function.name)
        for source in sources_and_tests()
        for function in functions(source.tree)
        if function.name.startswith("test_") and function.name.count("_") < 3
    ]
    assert not found, report(found)


def report(found: list[str]) -> str:
    return "\n".join(["", *found])


def top_functions(source: Source) -> list[Function]:
    return [node for node in source.tree.body if isinstance(node, Function)]


def own_lines(function: Function) -> int:
    """Return how long a function is without the functions inside it, which count for themselves."""
    inner = [node for node in ast.walk(function) if isinstance(node, Function)][1:]
    inner_lines = {line for one in inner for line in range(one.lineno, (one.end_lineno or 0) + 1)}
    return (function.end_lineno or 0) - function.lineno + 1 - len(inner_lines)


def is_public(function: Function) -> bool:
    return not function.name.startswith("_")


def is_override(function: Function) -> bool:
    """Say whether somebody else chose the shape: the language, or a decorated door's framework."""
    return any(last_name(one) == "override" for one in function.decorator_list)


def is_sql_start(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(SQL_TEXT.match(node.value))
    )


def caught_by(handler: ast.ExceptHandler) -> list[ast.expr]:
    if isinstance(handler.type, ast.Tuple):
        return handler.type.elts
    return [handler.type] if handler.type else []
