/*
 * The first process of the small distribution: mounts what the kernel offers, runs /etc/rc if there is one, and then a shell.
 * When the shell ends, the machine is switched off. Outside of a machine of its own (not process 1) it only says so.
 */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void offer(const char *kind, const char *place)
{
	mkdir(place, 0755);
	if (mount(kind, place, kind, 0, NULL))
		perror(place);
}

static void run(char *const words[])
{
	pid_t child = fork();
	if (child == 0) {
		execv(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	while (child > 0 && waitpid(-1, NULL, 0) != child)
		;
}

int main(void)
{
	char *const start[] = { "/bin/sh", "/etc/rc", NULL };
	char *const shell[] = { "/bin/sh", NULL };
	if (getpid() != 1) {
		fputs("init: only the first process of a machine\n", stderr);
		return 1;
	}
	offer("proc", "/proc");
	offer("sysfs", "/sys");
	offer("devtmpfs", "/dev");
	if (access("/etc/rc", R_OK) == 0)
		run(start);
	run(shell);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
