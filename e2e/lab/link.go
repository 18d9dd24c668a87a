package lab

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// mtu is large, since each packet costs the router two system calls.
const mtu = 8000

// setLink does what `ip link` and `ip address` do, in the network namespace of
// the calling thread.
func setLink(name string, set func(fd int, link *unix.Ifreq) error) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	link, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	return set(fd, link)
}

// raise switches an interface on.
func raise(name string) error {
	return setLink(name, func(fd int, link *unix.Ifreq) error {
		link.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		return os.NewSyscallError("switching on "+name, unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, link))
	})
}

// openTun makes the line of a host in the network namespace of the calling
// thread. It is there until the file is closed.
func openTun(name string, address netip.Addr) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("/dev/net/tun", err)
	}
	link, err := unix.NewIfreq(name)
	if err != nil {
		return nil, err
	}
	link.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, link); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("making a TUN device", err)
	}
	line := os.NewFile(uintptr(fd), name)
	err = setLink(name, func(fd int, link *unix.Ifreq) error {
		if err := link.SetInet4Addr(address.AsSlice()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFADDR, link); err != nil {
			return os.NewSyscallError("setting an address", err)
		}
		link.SetInet4Addr([]byte{255, 255, 255, 0})
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFNETMASK, link); err != nil {
			return os.NewSyscallError("setting a netmask", err)
		}
		link.SetUint32(mtu)
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFMTU, link); err != nil {
			return os.NewSyscallError("setting an MTU", err)
		}
		// So no packet is lost that the test did not lose. Only the machine's
		// root may; else it is 500, and TCP sends again what was too much.
		link.SetUint32(10_000)
		unix.IoctlIfreq(fd, unix.SIOCSIFTXQLEN, link)
		return nil
	})
	if err == nil {
		err = raise(name)
	}
	if err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}
