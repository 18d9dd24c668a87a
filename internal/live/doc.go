// Package live is the WebSocket gateway: it tells connected people what
// happens, and takes what they write.
//
// For each company with somebody connected a hub follows the register in
// memory. It encodes an event once and puts the same bytes into the queue of
// every socket that may see it. Queues are bounded: whoever reads too slowly
// is cut and comes back through the sync, from the number that he has. So
// nothing here needs to survive a crash.
//
// Between nodes the bus carries what is fleeting: typing, marks before they are
// entered, and who is connected. A node claims its people again and again, and
// what is not claimed any more is forgotten, since a node that dies says
// nothing and the bus may lose anything.
//
// What a socket is told is decided by the same rule as the sync (chat.Seat):
// membership as it stands when the entry is dealt with, never earlier.
package live
