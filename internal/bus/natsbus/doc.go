// Package natsbus is the bus between nodes over NATS: a cluster of one's own,
// found by its address, or one that the nodes make up themselves, each with
// the NATS server inside it (core only: nothing is stored).
//
// A node holds one subscription, to all companies, and hands on what somebody
// on it listens to. One for each company would leave a moment between
// Subscribe and the other nodes' knowing of it in which their news are lost,
// and would cost each node 3.6 KB a company. The price is that a node hears of
// companies that nobody on it listens to (BenchmarkHeardForNothing).
//
// Whoever publishes never waits: what goes out waits in a bounded queue, the
// numbers of one company as the newest of them, and what cannot be sent while
// it is fresh is dropped. A node hears its own words at once, from memory, and
// NATS does not send them back.
package natsbus
