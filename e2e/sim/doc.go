// Package sim runs the real store, chat, gateway and followers in simulated
// time, many schedules of them, each decided by a seed: who goes on next, when
// what arrives, when a connection is cut, when the process dies. What the
// clients live through is a history (e2e/history), and must have kept every
// promise; at the end all comes to rest, the audit is clean, the views equal
// the register, and the index has come to the register's end.
//
// A schedule runs in a bubble of testing/synctest. Its clients have no threads:
// they and the network are one loop that makes one random step at a time. The
// server's goroutines wait at gates (Options.Clock, which every transaction
// asks; Options.Observe and Committed, which every commit calls; and inside of
// the commands of calls), and are let through one at a time. After each step
// everybody has come to wait again. What is random in the product follows the
// seed too (testing/cryptotest), so the same seed gives the same history, byte
// for byte, with ids, times and roots.
//
// What does not follow the seed: which of several ready channels a select of
// the product takes, and the order of a map. The gates are placed so that these
// make no difference to what clients are told. Of what a client is told only
// events and answers count: presence, marks frames and pings are left out.
// Signals between nodes are all lost.
//
// The crash is that of a process: what it had written to its files is there,
// what it had not is not. That a disk keeps what it has confirmed is not
// simulated (e2e/disk_test.go has bad disks). The database is SQLite.
//
//	make simulate SCHEDULES=10000           # seeds 1 to 10000
//	make simulate SCHEDULES=1 SEED=4711     # one of them again
package sim
