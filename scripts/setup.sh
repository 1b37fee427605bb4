# Sourced by the other scripts. Makes .venv from the locked versions, again only when they have changed,
# and installs a Java there when the machine has none. Leaves ROOT and the commands `python` and `say`.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

python() { "$ROOT/.venv/bin/python" "$@"; }

say() { printf '%s\n' "$@" >&2; }

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

make_venv() { # BASE_PYTHON
    local clear=()
    [[ -d $ROOT/.venv ]] && ! python -c '' 2>/dev/null && clear=(--clear) # its Python has gone
    if "$1" -c 'import ensurepip' 2>/dev/null; then
        "$1" -m venv ${clear[@]+"${clear[@]}"} "$ROOT/.venv"
    elif "$1" -m pip --version >/dev/null 2>&1; then
        "$1" -m venv --without-pip ${clear[@]+"${clear[@]}"} "$ROOT/.venv"
    else
        say "$1 can't make a virtual environment: it has neither ensurepip nor pip" \
            "install one (on Debian and Ubuntu: apt install python3-venv) and run this again"
        exit 1
    fi
}

install() { # BASE_PYTHON ARGUMENT...
    local pip=("$1" -m pip --python "$ROOT/.venv/bin/python")             # Debian keeps ensurepip in a package of
    python -c 'import pip' 2>/dev/null && pip=("$ROOT/.venv/bin/python" -m pip) # its own; a pip outside serves too
    shift
    "${pip[@]}" --disable-pip-version-check install --quiet "$@"
}

set_up() (
    base_python=$(find_python)
    # Two scripts started at once set up one after the other. The lock belongs to the open file, which
    # ends with this subshell: nothing is left behind, however it ends.
    exec 9<"$ROOT/requirements.lock"
    "$base_python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'

    stamp=$ROOT/.venv/installed
    wanted="$ROOT $(cat "$ROOT/requirements.lock" "$ROOT/setup.py" | cksum)"
    if [[ ! -f $stamp || $(<"$stamp") != "$wanted" ]] || ! python -c '' 2>/dev/null; then
        say "setting up $ROOT/.venv from requirements.lock: some minutes the first time"
        make_venv "$base_python"
        install "$base_python" --requirement "$ROOT/requirements.lock"
        install "$base_python" --no-deps --editable "$ROOT"
        printf '%s' "$wanted" >"$stamp"
    fi
    if ! python -c 'from custseg_spark.engine.java import require_java; require_java()' 2>/dev/null; then
        say "no Java 17 or 21 on this machine: installing one into .venv"
        install "$base_python" --requirement "$ROOT/requirements-java.lock"
    fi
)

set_up
