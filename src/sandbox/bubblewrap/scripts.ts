/**
 * Runs on the host, in a mount namespace of its own: joins the control groups, mounts the overlays, and
 * becomes bwrap. Everything it needs comes as arguments; nothing is ever pasted into the text.
 *
 *   close DESCRIPTOR (bash only) | join FILE | processes COUNT | overlay OPTIONS FOLDER ... -- PROGRAM ARGUMENT...
 */
export const launchScript = `
while [ "$1" != -- ]; do
  case $1 in
    close) descriptor=$2; exec {descriptor}>&-; shift 2 ;;
    join) echo 0 > "$2" || exit 125; shift 2 ;;
    processes) ulimit -u "$2" 2>/dev/null || ulimit -p "$2" || exit 125; shift 2 ;;
    overlay) mount -t overlay -o "$2" overlay "$3" || exit 125; shift 3 ;;
    *) echo "unknown word '$1'" >&2; exit 125 ;;
  esac
done
shift
exec "$@"
`;

/**
 * Runs in the sandbox as the parent of the command. Tells on descriptor 3 that the command starts (which
 * ends us when nobody listens any more: packmill was killed before bwrap watched over it), then how it
 * ended and how many processes it has left behind. The first argument says whether PWD was declared.
 * It survives TERM, so that a command that dies of it is still reported.
 */
export const initScript = `
[ "$1" = pwd ] || unset PWD
unset OLDPWD
shift
trap : TERM HUP INT
echo started >&3 || exit 125
(exec "$@") 2>&1 3>&-
code=$?
left=0
for process in /proc/[0-9]*; do
  case $process in /proc/1|/proc/$$) continue ;; esac
  { read -r line < $process/stat; } 2>/dev/null || continue
  case $line in *') Z '*) ;; *) left=$((left + 1)) ;; esac
done
echo "ended $code $left" >&3
exit "$code"
`;

/**
 * The first process of a session's namespaces, which holds them open until its standard input ends. Begins without an identity;
 * once we have mapped users for it, it starts anew as root of the namespace, and mounts.
 */
export const holderScript = `
echo apart
read -r go || exit 125
[ "$go" = go ] || exit 125
exec setpriv --pdeathsig KILL unshare --mount --propagation private -- /bin/sh -c "$1" packmill-tree "$2" "$3" "$4" "$5"
`;

/** Arguments: options of the overlay, where it goes, the same once more without what is mounted on it, a folder for \`/tmp\`. */
export const mountTreeScript = `
mount -t overlay -o "$1" overlay "$2" || exit 125
mount --bind "$2" "$3" || exit 125
mount -t tmpfs -o mode=1777 tmpfs "$4" || exit 125
echo mounted
while read -r line; do :; done
`;
