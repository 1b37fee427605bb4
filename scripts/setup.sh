# Sourced by the other scripts, which then say what they run in:
#
#   set_up sail    .venv, from requirements.lock: Sail, the page, Delta, Excel; no Java
#   set_up spark   .venv-spark, from requirements-spark.lock: Spark, Sail and what tests need; a Java is installed
#                  there when the machine has none
#
# Each is made by uv, and anew only when its lock has changed. Leaves ROOT, VENV and the commands `python`, `uv`,
# `install` and `say`.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$@" >&2; }

python() { "$VENV/bin/python" "$@"; }

uv() {
    [[ -n ${UV:-} ]] || UV=$(find_uv "$(find_python)")
    "$UV" "$@"
}

install() { uv pip install --quiet --python "$VENV/bin/python" "$@"; } # into the environment

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "no Python 3.11 or newer found" "install one, or name it: PYTHON=/path/to/python3 $0"
    exit 1
}

find_uv() { # BASE_PYTHON: the machine's, or our own
    local theirs
    theirs=$(type -P uv || true)
    if [[ -n $theirs ]] && "$theirs" --version >/dev/null 2>&1; then
        echo "$theirs"
    else
        [[ -x $ROOT/.venv-uv/bin/uv ]] || get_uv "$1" "$ROOT/.venv-uv" >&2 || exit 1
        echo "$ROOT/.venv-uv/bin/uv"
    fi
}

get_uv() { # BASE_PYTHON DIRECTORY
    local wheel=(--disable-pip-version-check install --quiet --require-hashes --requirement "$ROOT/requirements-uv.lock")
    if "$1" -m pip --version >/dev/null 2>&1; then
        PIP_ROOT_USER_ACTION=ignore "$1" -m pip "${wheel[@]}" --target "$2"
    elif "$1" -c 'import ensurepip' 2>/dev/null; then # Debian keeps it in a package of its own
        "$1" -m venv --clear "$2" && "$2/bin/python" -m pip "${wheel[@]}"
    else
        say "$1 can't install anything: it has neither pip nor ensurepip" \
            "install one (on Debian and Ubuntu: apt install python3-venv), or uv, and run this again"
        return 1
    fi
}

# An environment beside ROOT, made anew and filled by COMMAND unless it is there for the same reason. Two scripts
# started at once make theirs one after the other: the lock belongs to the open file, which ends with the subshell,
# so that nothing is left behind, however it ends.
make_venv() { # NAME REASON COMMAND...
    VENV=$ROOT/$1
    (
        base_python=$(find_python)
        exec 9<"$ROOT/setup.py"
        "$base_python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
        if [[ ! -f $VENV/installed || $(<"$VENV/installed") != "$2" ]] || ! python -c '' 2>/dev/null; then
            say "setting up $VENV"
            UV=$(find_uv "$base_python")
            "$base_python" -m venv --without-pip --clear "$VENV"
            "${@:3}"
            printf '%s' "$2" >"$VENV/installed"
        fi
    )
}

IMPORTS='import custseg_spark.commands.train, custseg_spark.app.pages.segment
from custseg_spark.engine.sail import open_sail
open_sail()'

install_locked() { # LOCK
    install --require-hashes --requirement "$ROOT/$1"
    install --no-deps --editable "$ROOT"
    # The first import compiles. Where none may write that, each command would compile all that it imports.
    [[ -z ${PYTHONDONTWRITEBYTECODE:-} ]] ||
        env -u PYTHONDONTWRITEBYTECODE "$VENV/bin/python" /dev/stdin <<<"$IMPORTS" >/dev/null 2>&1 || true
}

add_java() {
    python -c 'from custseg_spark.engine.java import require_java; require_java()' 2>/dev/null && return
    say "no Java 17 or 21 on this machine: installing one into $VENV"
    install --require-hashes --requirement "$ROOT/requirements-java.lock"
}

set_up() { # sail | spark
    local name=.venv lock=requirements.lock
    [[ $1 != spark ]] || name=.venv-spark lock=requirements-spark.lock
    make_venv "$name" "$ROOT $(cat "$ROOT/$lock" "$ROOT/setup.py" | cksum)" install_locked "$lock"
    [[ $1 != spark ]] || add_java
}
