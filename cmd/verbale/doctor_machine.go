package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

// Room on the disk below which there is something to do.
const (
	littleRoom = 1 << 30
	noRoomLeft = 100 << 20
)

// looks are at all that is outside the companies' databases, in the order in
// which they are told of. A part that was not chosen has nothing to be found.
var looks = []func(context.Context, settings) []finding{
	func(_ context.Context, s settings) []finding { return lookAtData(s.Data) },
	func(_ context.Context, s settings) []finding { return lookAtRoot(s.Data) },
	func(_ context.Context, s settings) []finding { return lookAtAddress(s) },
	func(_ context.Context, s settings) []finding { return lookAtTLS(s.TLS, s.publicURL.Hostname()) },
	func(ctx context.Context, s settings) []finding { return lookAtBus(ctx, s.busConfig) },
	func(ctx context.Context, s settings) []finding { return lookAtBucket(ctx, s.place) },
	func(ctx context.Context, s settings) []finding { return lookAtDatabase(ctx, s.place) },
	func(_ context.Context, s settings) []finding { return lookAtSharing(s.place) },
	lookAtCollector,
	func(ctx context.Context, s settings) []finding { return []finding{lookAtPort(ctx, s)} },
}

// lookPatience is for one look: what does not answer is a finding, too, and
// must not keep the others from being told.
const lookPatience = 10 * time.Second

func lookAtMachine(ctx context.Context, s settings) (found []finding) {
	for _, look := range looks {
		bounded, cancel := context.WithTimeout(ctx, lookPatience)
		found = append(found, look(bounded, s)...)
		cancel()
	}
	return found
}

// lookAtCollector sees whether traces would be taken, by sending none.
func lookAtCollector(ctx context.Context, s settings) []finding {
	if s.trace == nil {
		return nil
	}
	if err := (&tracer{to: s.trace, http: collectorClient()}).post(ctx, encodeSpans(aboutThisServer(s.Node), nil)); err != nil {
		return []finding{{warning, "trace", fmt.Sprintf("The collector at %s does not take traces: %v.", s.trace.Host, err), "Start it, with its OTLP receiver for HTTP; or correct trace, or leave it empty."}}
	}
	return []finding{{fine, "trace", fmt.Sprintf("The collector at %s takes traces.", s.trace.Host), ""}}
}

func lookAtData(data string) []finding {
	info, err := os.Stat(data)
	switch {
	case err != nil:
		return []finding{{warning, "data", fmt.Sprintf("There is no data directory %s.", data), "`verbale serve` makes it; or say with --data where it is."}}
	case !info.IsDir():
		return []finding{{fault, "data", data + " is not a directory.", "Choose another with --data."}}
	}
	var found []finding
	if info.Mode().Perm()&0o077 != 0 {
		found = append(found, finding{warning, "data", fmt.Sprintf("Other accounts of this machine can look into %s (mode %04o).", data, info.Mode().Perm()), "chmod 700 " + data})
	}
	probe, err := os.CreateTemp(data, ".doctor-*")
	if err != nil {
		return append(found, finding{fault, "data", fmt.Sprintf("%s cannot be written: %v.", data, pathReason(err)), "Give this user the right to write there, or run as the server's user."})
	}
	probe.Close()
	os.Remove(probe.Name())
	var disk syscall.Statfs_t
	if err := syscall.Statfs(data, &disk); err != nil {
		return append(found, finding{warning, "disk", fmt.Sprintf("How much room is left is not known: %v.", err), ""})
	}
	room := disk.Bavail * uint64(disk.Bsize)
	text := fmt.Sprintf("%s can be written, %.1f GiB free.", data, float64(room)/(1<<30))
	switch {
	case room < noRoomLeft:
		return append(found, finding{fault, "disk", text, "Make room: on a full disk no message is taken any more."})
	case room < littleRoom:
		return append(found, finding{warning, "disk", text, "Make room before it is full."})
	}
	return append(found, finding{fine, "data", text, ""})
}

func lookAtRoot(data string) []finding {
	if os.Getenv(seal.RootVariable) != "" {
		return []finding{{fine, "root key", "It is in the environment (" + seal.RootVariable + "). Keep a copy elsewhere: without it nothing can be read.", ""}}
	}
	path := filepath.Join(data, "root.key")
	info, err := os.Stat(path)
	switch {
	case err != nil && existing(data) != nil:
		return nil
	case err != nil:
		if lostRoot(data) {
			return []finding{{fault, "root key", path + " is missing, and there are companies that only it opens.", "Put the file back from its copy."}}
		}
		return []finding{{fine, "root key", "It is made at the first start.", ""}}
	case info.Mode().Perm()&0o077 != 0:
		return []finding{{fault, "root key", fmt.Sprintf("Other accounts can read %s (mode %04o).", path, info.Mode().Perm()), "chmod 600 " + path}}
	}
	if _, err := seal.ReadRoot(path); err != nil {
		return []finding{{fault, "root key", path + " is damaged.", "Put the file back from its copy; without it nothing can be read."}}
	}
	return []finding{{fine, "root key", path + " is there and closed to others. Keep a copy elsewhere, apart from the backups.", ""}}
}

// lookAtAddress compares what people type with where the server listens.
func lookAtAddress(s settings) []finding {
	host := s.publicURL.Hostname()
	local := host == "localhost"
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		local = true
	}
	listenHost, listenPort, _ := net.SplitHostPort(s.Listen)
	listenIP, err := netip.ParseAddr(listenHost)
	inside := listenHost == "localhost" || err == nil && listenIP.IsLoopback()
	switch {
	case s.publicURL.Scheme == "http" && !local:
		return []finding{{warning, "address", fmt.Sprintf("%s is without TLS: browsers refuse passkeys, installation and offline use there, and others can listen in.", s.publicURL), "Set [tls] in verbale.toml, or put a reverse proxy with TLS before it and set public_url to https://..."}}
	case s.publicURL.Scheme == "https" && s.TLS.Mode == "none" && len(s.TrustedProxies) == 0:
		return []finding{{warning, "address", "TLS is done by a proxy before this server, whose word about people's addresses is not believed.", "Set trusted_proxies to the proxy's address, or all people share one limit."}}
	case local && !inside && s.PublicURL == "":
		return []finding{{warning, "address", fmt.Sprintf("The server listens for other machines, but its links begin with %s.", s.publicURL), "Set public_url to what people type."}}
	case s.TLS.Mode == "acme" && listenPort != "443":
		return []finding{{warning, "address", "Certificates are got by answering on port 443, and the server listens on " + listenPort + ".", "Set listen to :443, or forward port 443 to it."}}
	}
	return []finding{{fine, "address", fmt.Sprintf("People come by %s, the server listens on %s.", s.publicURL, s.Listen), ""}}
}

func lookAtTLS(t tlsConfig, host string) []finding {
	if t.Mode != "files" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return []finding{{fault, "tls", fmt.Sprintf("The certificate %s and the key %s cannot be used: %v.", t.Cert, t.Key, pathReason(err)), "Check the two paths, and that the key belongs to the certificate."}}
	}
	var found []finding
	if info, err := os.Stat(t.Key); err == nil && info.Mode().Perm()&(0o007) != 0 {
		found = append(found, finding{warning, "tls", t.Key + " can be read by every account of this machine.", "chmod 640 " + t.Key})
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return append(found, finding{fault, "tls", "The certificate cannot be read.", "Get a new one."})
	}
	left := time.Until(leaf.NotAfter)
	switch {
	case time.Now().Before(leaf.NotBefore):
		found = append(found, finding{fault, "tls", fmt.Sprintf("The certificate is valid only from %s.", leaf.NotBefore.Format(time.DateTime)), "Check this machine's clock, or get another."})
	case left <= 0:
		found = append(found, finding{fault, "tls", fmt.Sprintf("The certificate expired on %s.", leaf.NotAfter.Format(time.DateOnly)), "Renew it; the server reads the new files by itself."})
	case left < 14*24*time.Hour:
		found = append(found, finding{warning, "tls", fmt.Sprintf("The certificate expires in %d days.", int(left.Hours()/24)), "Renew it; the server reads the new files by itself."})
	}
	if leaf.VerifyHostname(host) != nil {
		found = append(found, finding{fault, "tls", fmt.Sprintf("The certificate is for %s, people come by %s.", strings.Join(leaf.DNSNames, ", "), host), "Get one for that name, or correct public_url."})
	}
	if len(found) == 0 {
		found = append(found, finding{fine, "tls", fmt.Sprintf("The certificate for %s is valid until %s.", host, leaf.NotAfter.Format(time.DateOnly)), ""})
	}
	return found
}

// lookAtPort sees whether the server runs, or could listen.
func lookAtPort(ctx context.Context, s settings) finding {
	if existing(s.Data) == nil {
		if conn, err := dial(s.Data); err == nil {
			conn.Close()
			return finding{fine, "server", "It is running on this data directory.", ""}
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		fix := "End the program that has the port (ss -ltnp shows it), or choose another with --listen."
		if strings.Contains(err.Error(), fs.ErrPermission.Error()) {
			fix = "Choose a port above 1023, or allow it: setcap cap_net_bind_service=+ep on the program."
		}
		return finding{fault, "server", fmt.Sprintf("It is not running, and could not listen on %s: %v.", s.Listen, err), fix}
	}
	listener.Close()
	return finding{fine, "server", fmt.Sprintf("It is not running; %s is free.", s.Listen), ""}
}

// lookAtDatabase sees whether PostgreSQL answers and may be used.
func lookAtDatabase(ctx context.Context, p place) []finding {
	if p.Database == "" {
		return nil
	}
	version, err := store.LookAtPostgres(ctx, p.Database)
	if err != nil {
		f := finding{Level: fault, About: "database", Text: "PostgreSQL cannot be used.", Fix: "Look whether the address given with --database is right."}
		if p := problem.Of(err); p != nil {
			f.Text, f.Fix = p.Detail, ""
		}
		return []finding{f}
	}
	return []finding{{fine, "database", "PostgreSQL " + version + ", prepared, as a role that owns nothing.", ""}}
}

// lookAtSharing sees whether nodes on one database could see one another's
// files.
func lookAtSharing(p place) []finding {
	if p.Database == "" || p.Blobs != "" {
		return nil
	}
	return []finding{{warning, "files", "Companies are in PostgreSQL, and files in this node's data directory, where no other node sees them.", "With more than one node keep files in S3: --blobs s3://bucket."}}
}
