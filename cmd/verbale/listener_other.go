//go:build !linux

package main

import (
	"errors"
	"net"
)

func completeNoMore(*net.TCPListener) error { return errors.ErrUnsupported }

func queued(*net.TCPListener) uint32 { return 0 }
