package source

import (
	"net/netip"
	"strings"
)

// reach is where an address leads.
type reach int

const (
	public    reach = iota // or a name, which may lead anywhere
	private                // the firm's own network
	loopback               // this machine
	forbidden              // link-local and metadata addresses: nobody's shop is there
)

// reachOf judges a typed host. A name is public until it was looked up: MayDial
// judges every address that is really dialled.
func reachOf(host string) reach {
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return loopback
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return public
	}
	return reachOfIP(ip)
}

func reachOfIP(ip netip.Addr) reach {
	ip = ip.Unmap().WithZone("")
	if nat64 := netip.MustParsePrefix("64:ff9b::/96"); nat64.Contains(ip) { // an IPv4 address in other clothes
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	switch {
	case ip.IsLoopback():
		return loopback
	case ip.IsLinkLocalUnicast(), ip.IsMulticast(), ip.IsUnspecified(), !ip.IsValid(), isMetadata(ip):
		return forbidden
	case ip.IsPrivate():
		return private
	}
	return public
}

// isMetadata reports whether a cloud hands out its secrets there, outside of the
// link-local range.
func isMetadata(ip netip.Addr) bool {
	switch ip.String() {
	case "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "255.255.255.255":
		return true
	}
	return false
}

// MayDial judges an address at the moment of dialling, after the name was looked
// up: a name that leads to a forbidden place is no way around the check. Plain HTTP
// may only go to this machine, a database without encryption only to this machine
// and to private networks. The code says why not; it is empty when it may.
func (s Source) MayDial(ip netip.Addr) (code string) {
	r := reachOfIP(ip)
	switch {
	case r == forbidden:
		return CodeForbidden
	case r == loopback:
		return ""
	case s.Kind == HTTP && strings.HasPrefix(strings.ToLower(s.URL), "http:"):
		return CodePlain
	case s.Kind != HTTP && s.Security == Plain && r != private:
		return CodePlain
	}
	return ""
}
