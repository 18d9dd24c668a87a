// Package lab is a fault laboratory: hosts with a network, a disk and a clock
// of their own on one Linux machine, real programs on them, and every fault
// that a datacentre has, at the moment the test wants it.
//
// A test process that uses the lab (Main) starts itself once more in network,
// mount and process namespaces of its own. All that a lab makes lives in
// there, without a name on the machine: runs beside each other do not meet,
// and when the process ends, be it by a panic or kill -9, the kernel takes
// every host, mount and program with it.
//
// A Host is a network namespace whose only line is a TUN device that the lab
// reads and writes: the lab is the router between the hosts. So a packet can
// be dropped, in one direction too, kept waiting, lost by chance or changed,
// without a module of the kernel or a firewall. A Process on a host is the
// first of a process namespace: killed with all its children at once, paused
// and woken. A Disk is small and can be filled; a process's fsync can be made
// slow; the clock of a program written in Go can be set.
//
// PostgreSQL, NATS, S3 and Verbale on such hosts are in files of their own.
// docs/faults.md tells what each scenario proves.
package lab
