// Package seal keeps the keys. A root key, which lives in a file or in the
// environment and never in a database, wraps one keyset for each company; the
// keyset seals entry bodies and files, makes the keyed hashes of the search
// index, and signs the checkpoints of the register.
//
// The primitives are Tink's; nothing here invents a cipher. A sealed body is
// bound to its company and its entry, so a row that is moved elsewhere does not
// open. To destroy a company's wrapped keyset is to delete the company.
package seal
