"""Which names a cell needs and which it binds, by its syntax alone: what has to run before it, and what upsets it."""

import ast
import builtins
import symtable


def _symbols(source):
    """Return the names that code needs in its surroundings, a set, and those that it binds there, a set."""
    table = symtable.symtable(source, "cell", "exec")
    used, bound = set(), set()
    for symbol in table.get_symbols():
        if symbol.is_referenced():
            used.add(symbol.get_name())
        if symbol.is_assigned() or symbol.is_imported():
            bound.add(symbol.get_name())
    tables = list(table.get_children())
    while tables:
        inner = tables.pop()
        tables += inner.get_children()
        used |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return used - set(dir(builtins)), bound


def _heads(statement):
    """Return the expressions that a `for`, `if`, `while` or `with` evaluates before anything inside it runs."""
    items = [item.context_expr for item in getattr(statement, "items", ())]
    return [*items, *(getattr(statement, name) for name in ("iter", "test") if hasattr(statement, name))]


def _needs_of(statement, cell_binds):
    """Return what a statement needs that it does not bind itself before."""
    used, bound = _symbols(ast.unparse(statement))
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return used - cell_binds  # looked up when it is called
    if isinstance(statement, ast.For | ast.If | ast.While | ast.With | ast.Try):
        return (used - bound).union(*(_symbols(ast.unparse(head))[0] for head in _heads(statement)))
    added_to = (node.target for node in ast.walk(statement) if isinstance(node, ast.AugAssign))
    return used | {target.id for target in added_to if isinstance(target, ast.Name)}


def needs_and_binds(source):
    """Return the names that a cell needs from cells before it, and those that it binds, two sets.

    A name that an `except ... as name` binds is gone after it; it counts as bound, as it upsets whoever needs it.
    """
    statements = ast.parse(source.removesuffix(";")).body
    cell_binds = set().union(*(_symbols(ast.unparse(statement))[1] for statement in statements))
    needs, binds = set(), set()
    for statement in statements:
        needs |= _needs_of(statement, cell_binds) - binds
        binds |= _symbols(ast.unparse(statement))[1]
    return needs, binds


def upset(cells, literals=()):
    """Say which cells cannot simply be run again.

    Parameters
    ----------
    cells : list of (str, str)
        Id and source of the code cells of a lesson, in their order.
    literals : collection of str
        Ids of the cells that hold parameters: a cell may fill in what one of them leaves open (`x = x or ...`).

    Yields
    ------
    str
        A sentence for each name that is needed before it is bound, or that a cell needs and a later one, or the cell
        itself, binds again: when the cell runs again, the name means something else. Also for each that two cells bind
        before a third one needs it, which may then find what it did not mean.
    """
    known = [(cell, *needs_and_binds(source)) for cell, source in cells]
    for place, (cell, needs, binds) in enumerate(known):
        for name in sorted(needs):
            before = [other for other, _, bound in known[:place] if name in bound]
            later = [other for other, _, bound in known[place + 1 :] if name in bound]
            if not before:
                yield f"{cell} needs {name}, which no cell before it binds"
            if later:
                yield f"{cell} needs {name}, which {later[0]} binds again"
            if len(set(before) - set(literals)) > 1:
                yield f"{cell} needs {name}, which {' and '.join(before)} bind: what it means hangs on their order"
            if name in binds and not set(before) <= set(literals):
                yield f"{cell} needs {name} and binds it again itself"


def needed_by(cells, wanted):
    """Return the ids of the cells that have to run so that a cell can run, with its own, in their order."""
    known = [(cell, *needs_and_binds(source)) for cell, source in cells]
    place = next(place for place, (cell, _, _) in enumerate(known) if cell == wanted)
    chosen, open_names = [wanted], set(known[place][1])
    for cell, needs, binds in reversed(known[:place]):
        if open_names & binds:
            chosen.append(cell)
            open_names = (open_names - binds) | needs
    return chosen[::-1]


def _trains(node, trainers):
    """Tell whether code calls one of the functions or methods of these names."""
    called = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return any(getattr(function, "attr", getattr(function, "id", None)) in trainers for function in called)


def trainers(cells, known):
    """Return the names of the functions and methods that train: those known, and those of a lesson that call one."""
    functions = [
        node
        for _, source in cells
        for node in ast.walk(ast.parse(source.removesuffix(";")))
        if isinstance(node, ast.FunctionDef)
    ]
    found = set(known)
    while new := {function.name for function in functions if _trains(function, found)} - found:
        found |= new
    return found


def lost(cells, known):
    """Say what later cells miss when somebody stops a training and goes on with the next cell.

    Parameters
    ----------
    cells : list of (str, str)
        Id and source of the code cells of a lesson, in their order.
    known : set of str
        Names of functions and methods that train.

    Yields
    ------
    (str, str)
        A cell, and a name that it binds only when its training has come to its end, and that a later cell needs.
    """
    training, needs = trainers(cells, known), [needs_and_binds(source)[0] for _, source in cells]
    for place, (cell, source) in enumerate(cells):
        if not _trains(ast.parse(source.removesuffix(";")), training):
            continue
        needed = set().union(*needs[place + 1 :])
        bound, stopped = set(), False
        for statement in ast.parse(source.removesuffix(";")).body:
            defines = isinstance(statement, ast.FunctionDef | ast.ClassDef)
            stopped = stopped or (not defines and _trains(statement, training))
            binds = _symbols(ast.unparse(statement))[1]
            yield from ((cell, name) for name in sorted((binds & needed) - bound) if stopped and not defines)
            bound |= binds
