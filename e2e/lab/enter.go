package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// within tells a test process that it is inside, and where its files are.
const within = "VERBALE_LAB_WITHIN"

// Off says whether the one who runs the tests does not want the lab's.
func Off() bool { return os.Getenv("VERBALE_FAULTS") == "off" }

// Long says whether all scenarios are wanted, in their full size, as make
// faults wants them; else it is the few that fit into every run of all tests.
func Long() bool { return os.Getenv("VERBALE_FAULTS") == "long" }

// Main is TestMain for packages with a lab: it runs the tests in namespaces of
// their own. Root may do that, and elsewhere whoever may make user namespaces
// and open /dev/net/tun.
func Main(m *testing.M) {
	switch dir := os.Getenv(within); {
	case Off():
		os.Exit(m.Run())
	case dir == "":
		status, err := enter()
		if err != nil {
			refuse(err)
		}
		os.Exit(status)
	default:
		if err := settle(); err != nil {
			refuse(err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
}

func refuse(why error) {
	fmt.Fprintf(os.Stderr, "The fault laboratory needs root on this machine (sudo make faults): %v.\nVERBALE_FAULTS=off leaves it out.\n", why)
}

// enter runs this program again, inside, and gives its exit status.
func enter() (int, error) {
	sweep()
	dir, err := os.MkdirTemp("", "verbale-lab-*")
	if err != nil {
		return 1, err
	}
	lock, err := os.Create(filepath.Join(dir, "lock"))
	if err == nil {
		defer lock.Close()
		err = errors.Join(unix.Flock(int(lock.Fd()), unix.LOCK_EX), os.Chmod(dir, 0o755))
	}
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)

	// Whatever ends this thread ends what is inside.
	runtime.LockOSThread()
	again := exec.Command("/proc/self/exe", os.Args[1:]...)
	again.Env = append(os.Environ(), within+"="+dir)
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		// The same user, with a root's rights over the namespaces alone.
		again.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		again.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN, unix.CAP_SYS_PTRACE}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	if err := again.Start(); err != nil {
		return 1, err
	}
	go func() { <-stop; again.Process.Kill() }()
	again.Wait()
	if status := again.ProcessState.ExitCode(); status >= 0 {
		return status, nil
	}
	return 1, nil
}

// sweep removes the files of runs that were killed before they could: nobody
// holds their lock. All else of them went with them.
func sweep() {
	locks, _ := filepath.Glob(filepath.Join(os.TempDir(), "verbale-lab-*", "lock"))
	for _, path := range locks {
		lock, err := os.Open(path)
		if err != nil {
			continue
		}
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			os.RemoveAll(filepath.Dir(path))
		}
		lock.Close()
	}
}

// settle makes the namespaces fit to live in.
func settle() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keeping mounts to ourselves: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	tun.Close()
	return raise("lo")
}
