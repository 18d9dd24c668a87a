package main

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// withoutBeginnings lets all of TCP through but a segment that begins a
// connection: of SYN and ACK, in the thirteenth byte of its header (RFC 9293,
// section 3.1), only SYN is set.
var withoutBeginnings = []unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 13},
	{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0x12},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0x02, Jf: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},
}

// completeNoMore has the kernel drop what would begin another connection.
func completeNoMore(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{
			Len: uint16(len(withoutBeginnings)), Filter: &withoutBeginnings[0],
		})
	})
	return errors.Join(err, refused)
}
