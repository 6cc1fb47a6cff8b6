package demo

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Customer is a made-up person of the customer file. None exists; every mail
// address is under example.com, which nobody can receive at.
type Customer struct {
	Given, Family string
	Email, Phone  string
	Street        string // with number and box
	Postcode      string
	City          string
	Country       string // ISO 3166-1 alpha-2
	Land          string // the country in English, as the export writes it
	Language      string // nl, fr, de, en; empty for some, as in real files
	JoinedAt      time.Time
}

// The places in the list at which somebody has a rare name, and how often they
// come back: even a short list has each of them once.
const (
	firstRare = 6
	rareEvery = 5
	rareTurn  = 480
)

// People makes n customers. The same seed gives the same people, and a longer list
// begins with the shorter one.
func People(n int, seed uint64) []Customer {
	rng := rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))
	where, lived := regions(), map[string]bool{}
	out := make([]Customer, n)
	for k := range out {
		out[k] = customer(rng, pickRegion(rng, where), k)
		c := &out[k]
		if r := k%rareTurn - firstRare; r >= 0 && r%rareEvery == 0 && r/rareEvery < len(rare()) {
			name := rare()[r/rareEvery]
			c.Given, c.Family = name[0], name[1]
		}
		c.Email = mailAddress(c.Given, c.Family, k)
		for door := 2; lived[c.Given+c.Family+c.Street+c.Postcode]; door++ {
			c.Street = strings.TrimRight(c.Street, "abcdefghijklmnopqrstuvwxyz") + strconv.Itoa(door)
		}
		lived[c.Given+c.Family+c.Street+c.Postcode] = true
		// Some never gave an address, some no language.
		if k%53 == 40 {
			c.Street, c.Postcode, c.City, c.Land, c.Country = "", "", "", "", ""
		}
		if k%71 == 35 {
			c.Language = ""
		}
	}
	return out
}

func pickRegion(rng *rand.Rand, where []region) region {
	at := rng.IntN(100)
	for _, r := range where {
		if at -= r.share; at < 0 {
			return r
		}
	}
	return where[0]
}

func customer(rng *rand.Rand, r region, k int) Customer {
	t := r.towns[rng.IntN(len(r.towns))]
	street, number := r.streets[rng.IntN(len(r.streets))], strconv.Itoa(1+rng.IntN(190))
	line := street + " " + number
	if r.numberFirst {
		line = number + " " + street
	}
	if r.country == "BE" && rng.IntN(6) == 0 {
		box := " bus "
		if r.language == "fr" {
			box = " bte "
		}
		line += box + strconv.Itoa(1+rng.IntN(12))
	}
	return Customer{
		Given: r.given[rng.IntN(len(r.given))], Family: r.family[rng.IntN(len(r.family))],
		Phone:  fmt.Sprintf("%s%d %02d %02d %02d", r.phone, rng.IntN(10), rng.IntN(100), rng.IntN(100), rng.IntN(100)),
		Street: line, Postcode: t.postcode, City: t.name, Country: r.country, Land: r.land, Language: r.language,
		JoinedAt: time.Date(2019, 3, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(2500)).Add(time.Duration(k%86400) * time.Second),
	}
}

// mailAddress makes a unique address of what can be written in one.
func mailAddress(given, family string, k int) string {
	plain := strings.Trim(ascii(given)+"."+ascii(family), ".")
	if plain == "" {
		plain = "klant"
	}
	return fmt.Sprintf("%s.%d@example.com", plain, k+1)
}

// ascii keeps the letters of a name that fit a mail address.
func ascii(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, strings.ToLower(plain))
}

// exportHeader is that of the audience export of a well-known mailing tool, with
// the merge fields Address, Phone Number and Language.
func exportHeader() []string {
	return []string{
		"Email Address", "First Name", "Last Name", "Address", "Phone Number", "Language", "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP",
		"CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION", "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS",
	}
}

// WriteMailingExport writes people the way that tool exports them: UTF-8, commas,
// the address in one cell with two spaces between its parts, its own columns
// behind.
func WriteMailingExport(w io.Writer, people []Customer) error {
	out := csv.NewWriter(w)
	errs := []error{out.Write(exportHeader())}
	for k, c := range people {
		joined := c.JoinedAt.Format(time.DateTime)
		errs = append(errs, out.Write([]string{
			c.Email, c.Given, c.Family, c.cell(), c.Phone, c.Language, strconv.Itoa(2 + k%4), joined, "192.0.2.1",
			joined, "192.0.2.1", "", "", "1", "2", "Europe/Brussels", c.Country, "", joined, strconv.Itoa(100_000_000 + k), fmt.Sprintf("%010x", 0x5eed000000+k), "", tags(c),
		}))
	}
	out.Flush()
	return errors.Join(append(errs, out.Error())...)
}

func (c Customer) cell() string {
	if c.Street == "" {
		return ""
	}
	return strings.Join([]string{c.Street, c.City, strings.ReplaceAll(c.Postcode, " ", ""), c.Land}, "  ")
}

func tags(c Customer) string {
	if c.Language == "" {
		return `"Newsletter"`
	}
	return `"Newsletter","Taal ` + c.Language + `"`
}
