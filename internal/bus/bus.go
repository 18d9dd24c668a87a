package bus

// Bus joins the nodes. All methods may be called at any time from anywhere.
type Bus interface {
	// Publish says that the company's register now reaches entry seq. Call it
	// after the commit, never before.
	Publish(company string, seq int64)

	// Signal sends something that is not worth keeping. The payload belongs to
	// the bus from then on; nobody may change it.
	Signal(company string, payload []byte)

	// Subscribe hears what is published of one company from now on. Subscribe
	// first and read the register's head after, or what happened in between
	// is heard of only with the next entry.
	Subscribe(company string) *Subscription

	// Close ends every subscription.
	Close() error
}
