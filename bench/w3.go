package bench

import "context"

// w3 opens connections on which nothing happens.
func (r *run) w3(ctx context.Context) error {
	if err := r.server.again(ctx); err != nil {
		return err
	}
	people := r.company.people
	// One of each kind of request first, so that what the server makes once is
	// not counted as the connections'.
	one, err := connectAll(64, func(i int) *person { return people[i%len(people)] }, nil)
	if err != nil {
		return err
	}
	defer closeAll(one)
	pause(ctx, r.settle)
	before := r.server.memory()
	sockets, err := connectAll(r.connections, func(i int) *person { return people[i%len(people)] }, nil)
	if err != nil {
		return err
	}
	defer closeAll(sockets)
	pause(ctx, r.settle)
	r.report.W3 = W3{Connections: r.connections, KiBPerConnection: (r.server.memory() - before) * 1024 / float64(r.connections)}
	return nil
}
