#!/bin/sh
# Makes one of the two Python environments: `sh ops/setup.sh api` or `sh ops/setup.sh bot`;
# `sh ops/setup.sh lock` resolves the dependencies of both anew.
# Works inside api/ or bot/, whose .python-version tells uv and pyenv alike which Python is meant.
set -eu
unset VIRTUAL_ENV CONDA_PREFIX
name=$1
root=$(cd "$(dirname "$0")/.." && pwd)

fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# A uv on PATH may be a pyenv shim that answers under one version only: it must work in both folders.
uv_works() { (cd "$root/api" && "$1" --version && cd "$root/bot" && "$1" --version) >/dev/null 2>&1; }

find_uv() {
    for uv in "$root/.uv/bin/uv" "$(command -v uv || true)"; do
        if [ -n "$uv" ] && uv_works "$uv"; then return; fi
    done
    command -v python3 >/dev/null || fail "没有找到 python3。请先安装 Python 3（Debian/Ubuntu：sudo apt-get install python3 python3-venv）。"
    echo "安装 uv 到 .uv/ ……"
    rm -rf "$root/.uv"
    if ! python3 -m venv "$root/.uv" >/dev/null 2>&1; then
        rm -rf "$root/.uv"
        fail "这个 python3 没有 venv 模块，无法安装 uv。请安装它（Debian/Ubuntu：sudo apt-get install python3-venv），或自己装好 uv，再运行 make。"
    fi
    "$root/.uv/bin/python" -m pip install --quiet --disable-pip-version-check "uv>=0.9" ||
        fail "uv 没有装上：请检查网络，或 pip 的软件源设置，再运行 make。"
    uv=$root/.uv/bin/uv
}

if [ "$name" = lock ]; then
    find_uv
    for project in api bot; do
        (cd "$root/$project" && "$uv" pip compile --quiet --upgrade --generate-hashes --no-emit-index-url \
            --group dev pyproject.toml -o requirements.txt)
        echo "$project/requirements.txt 已重新锁定"
    done
    exit
fi

wanted=$(cat "$root/$name/.python-version")
has_python() { [ -x .venv/bin/python ] && .venv/bin/python -c "import sys; sys.exit(sys.version_info[:2] != tuple(map(int, '$wanted'.split('.'))))" 2>/dev/null; }

find_uv
cd "$root/$name"
if ! has_python; then
    echo "建立 $name 的环境：Python $wanted（$name/.venv）……"
    rm -rf .venv
    "$uv" venv --quiet --prompt "$name" .venv ||
        fail "没有找到 Python $wanted，也没能下载。请安装它（例如 pyenv install $wanted，或 $uv python install $wanted），再运行 make。"
fi

case $name in
    api) size="约 80 MB" ;;
    *) size="约 900 MB，其中 TensorFlow 占大半" ;;
esac
began=$(date +%s)
echo "安装 $name 的软件包（$(grep -c '==' requirements.txt) 个，$size；装过的会从缓存取）……"
# uv's own bars would be followed by a list of all packages: a counting line says enough.
if [ -t 1 ]; then pause=1 start='\r' end=''; else pause=10 start='' end='\n'; fi
(while sleep $pause; do printf "$start  …… 已 %s 秒$end" $(($(date +%s) - began)); done) &
ticker=$!
trap 'kill $ticker 2>/dev/null || true' EXIT
"$uv" pip sync --quiet --python .venv/bin/python requirements.txt ||
    fail "$name 的软件包没有装全：请检查网络后再运行 make，已下载的不会重来。"
kill $ticker 2>/dev/null || true
printf "$start"
if [ "$name" = bot ]; then (cd "$root" && "$name/.venv/bin/python" -m bot.environment >/dev/null); fi
touch .venv/.synced
echo "$name 的环境已就绪（用时 $(($(date +%s) - began)) 秒）"
