/** A number that no sensible command sleeps for: it marks the idle process among those of a container. */
const idleSeconds = '86417';

/**
 * The first process of every container: waits, buries orphans, and lets TERM pass. Commands come as exec beside it.
 */
export const idleScript = `
trap : TERM HUP INT
while :; do
  sleep ${idleSeconds} &
  wait
done
`;

/**
 * Runs as root beside the idle process: goes to the folder, runs the command with one pipe for both of its streams
 * (so that their order is true), ends what the command leaves behind, and tells on its own error stream, which the
 * command does not get: 'started', then 'ended CODE LEFTOVERS OOM-KILLS PEAK-BYTES' ('-' where the system does not
 * say). After the command only builtins, for there may be no process to spare. Engines differ in whether they set the
 * mode of temporary folders.
 *
 *   FOLDER COMMAND...
 */
export const runnerScript = `
exec 3>&2
trap : TERM HUP INT
memory=/sys/fs/cgroup
[ -e $memory/memory.events ] || memory=/sys/fs/cgroup/memory
count_kills() {
  kills=-
  for file in $memory/memory.events $memory/memory.oom_control; do
    [ -r $file ] || continue
    while read -r name value; do [ "$name" != oom_kill ] || kills=$value; done < $file
  done
}
case $2 in
  /*) [ -x "$2" ] || { echo "the image has no '$2'" >&3; exit 125; } ;;
esac
cd -- "$1" || exit 125
shift
[ -d /build/home ] || mkdir -p /build/home
for folder in /build /build/home /tmp /var/tmp; do [ -k $folder ] || chmod 1777 $folder; done 2>/dev/null
count_kills
before=$kills
echo started >&3
(exec "$@") </dev/null 2>&1 3>&-
code=$?
left=0
for process in /proc/[0-9]*; do
  case $process in /proc/1|/proc/$$) continue ;; esac
  { read -r line < $process/stat; } 2>/dev/null || continue
  case $line in *') Z '*) continue ;; esac
  words=
  { read -r words < $process/cmdline; } 2>/dev/null
  case $words in *${idleSeconds}) ;; *) left=$((left + 1)) ;; esac
done
kill -KILL -1 2>/dev/null
count_kills
[ "$kills" = - ] || [ "$before" = - ] || kills=$((kills - before))
peak=-
for file in $memory/memory.peak $memory/memory.max_usage_in_bytes; do
  [ -r $file ] && read -r peak < $file
done
echo "ended $code $left $kills $peak" >&3
exit "$code"
`;

/** TERM for everything but the idle process; a stopped process gets it only when it goes on. */
export const termScript = 'kill -TERM -1; kill -CONT -1';

/**
 * Runs once for an image: an account for the unprivileged user, then folders and small files of a layer.
 *
 *   UID GID [folder PATH | file PATH TEXT]...
 */
export const prepareScript = `
set -eu
has() {
  while IFS=: read -r its_name skip its_id rest; do
    [ "$its_id" != "$2" ] && [ "$its_name" != "$3" ] || return 0
  done < "$1"
  return 1
}
has /etc/passwd "$1" "" || { name=builder; has /etc/passwd "" builder && name=builder-$1
  echo "$name:x:$1:$2:packmill:/build/home:/bin/sh" >> /etc/passwd; }
has /etc/group "$2" "" || { name=builder; has /etc/group "" builder && name=builder-$2
  echo "$name:x:$2:" >> /etc/group; }
shift 2
while [ $# -gt 0 ]; do
  case $1 in
    folder) mkdir -p -- "$2"; shift 2 ;;
    file) [ -e "$2" ] || printf %s "$3" > "$2"; shift 3 ;;
  esac
done
`;

/** Gives a mounted folder to somebody: the farm's own user may not. `UID GID FOLDER` */
export const giveScript = 'chown -hR "$1:$2" -- "$3"';

/** Empties a mounted folder whose contents the farm's own user may not remove. `FOLDER` */
export const emptyScript = 'rm -rf -- "$1"/* "$1"/.[!.]* "$1"/..?*';
