package main

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// withoutBeginnings lets all of TCP through but a segment that begins a
// connection: of SYN and ACK, at offset 13 of its header (RFC 9293, section
// 3.1), only SYN is set.
var withoutBeginnings = []unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13},
	{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0x12},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0x02, Jf: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},
}

// completeNoMore has the kernel drop what would begin another connection.
func completeNoMore(l *net.TCPListener) error {
	return onSocket(l, func(fd int) error {
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{
			Len: uint16(len(withoutBeginnings)), Filter: &withoutBeginnings[0],
		})
	})
}

// queued is how many connections were made that nobody has accepted yet: of a
// listener, that is what the kernel puts where others have segments without an
// answer (tcp(7), TCP_INFO).
func queued(l *net.TCPListener) (count uint32) {
	onSocket(l, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			count = info.Unacked
		}
		return err
	})
	return count
}

func onSocket(l *net.TCPListener, do func(fd int) error) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = do(int(fd)) })
	return errors.Join(err, failed)
}
