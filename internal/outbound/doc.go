// Package outbound is the one HTTP client that may leave the house. Whatever
// fetches or posts to an address that somebody has typed, or that came in from
// outside, goes through it.
//
// It reaches public addresses only, on the usual ports, and judges the very
// address that is dialled, after the name has been resolved and again at every
// redirect; what is answered is bounded in time, size and compression. A
// private address is reached only where the company's allow-list names it.
package outbound
