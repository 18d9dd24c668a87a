// Package login proves who somebody is. A device is the identity: whoever
// holds its secret is signed in, until the device is ended. Links let a new
// person in (an invite) or a further device of a person (a link), with no mail
// server and no password; passwords and passkeys are further ways to make a
// device.
//
// Secrets are 160 random bits. Only their SHA-256 is kept, and none is ever
// part of an entry.
package login
