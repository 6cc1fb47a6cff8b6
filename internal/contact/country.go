package contact

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// places knows the countries by their names in the four languages, by their
// codes, and by what people write instead.
type places struct {
	byName map[string]string
	known  map[string]string // folded answers given before
}

// newPlaces fills the table. It takes about a millisecond and is done once per
// file.
func newPlaces() *places {
	p := &places{byName: make(map[string]string, 1500), known: map[string]string{}}
	namers := []display.Namer{
		display.Regions(language.Dutch), display.Regions(language.French),
		display.Regions(language.German), display.Regions(language.English),
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() {
				continue
			}
			p.byName[foldKey(code)] = region.Canonicalize().String()
			if code = region.Canonicalize().String(); code != region.String() {
				continue // a code of former days, such as DD
			}
			p.byName[foldKey(region.ISO3())] = code
			for _, n := range namers {
				p.byName[foldKey(n.Name(region))] = code
			}
		}
	}
	for name, code := range map[string]string{
		"belgie": "BE", "belgien": "BE", "koninkrijkbelgie": "BE", "royaumedebelgique": "BE", "b": "BE", "bel": "BE",
		"holland": "NL", "paysbas": "NL", "thenetherlands": "NL", "hollande": "NL", "nld": "NL", "nederlands": "NL",
		"brd": "DE", "bundesrepublikdeutschland": "DE", "d": "DE", "ger": "DE",
		"f": "FR", "france": "FR", "francemetropolitaine": "FR", "l": "LU", "grandducheduluxembourg": "LU",
		"uk": "GB", "engeland": "GB", "england": "GB", "angleterre": "GB", "grootbrittannie": "GB", "grossbritannien": "GB",
		"greatbritain": "GB", "grandebretagne": "GB", "schotland": "GB", "scotland": "GB", "wales": "GB",
		"usa": "US", "vs": "US", "amerika": "US", "ch": "CH", "osterreich": "AT", "oesterreich": "AT",
		"tsjechie": "CZ", "turkije": "TR", "turkey": "TR", "turquie": "TR", "el": "GR",
	} {
		p.byName[name] = code
	}
	delete(p.byName, "")
	return p
}

// country gives the ISO code of a name or code, or nothing.
func (p *places) country(s string) string {
	if code, ok := p.known[s]; ok {
		return code
	}
	code := p.byName[foldKey(s)]
	if len(p.known) < 10_000 {
		p.known[s] = code
	}
	return code
}

// languageOfCountry is the language of a country that has one of ours; empty
// where that is not certain, as in Belgium, Luxembourg and Switzerland.
func languageOfCountry(country string) string {
	switch country {
	case "NL", "SR":
		return "nl"
	case "FR", "MC":
		return "fr"
	case "DE", "AT", "LI":
		return "de"
	case "GB", "IE", "US", "CA", "AU", "NZ":
		return "en"
	}
	return ""
}

// languageOf reads a language as files write it: a code, a locale, a letter or
// the word in one of our languages. It is empty for any other language.
func languageOf(s string) string {
	key := foldKey(s)
	switch key {
	case "nl", "nld", "dut", "n", "nederlands", "nederlandstalig", "vlaams", "dutch", "flemish", "neerlandais", "flamand", "hollandais", "niederlandisch", "flamisch", "nlbe", "nlnl":
		return "nl"
	case "fr", "fra", "fre", "f", "frans", "franstalig", "french", "francais", "francophone", "franzosisch", "frbe", "frfr", "frch", "frlu", "frca":
		return "fr"
	case "de", "deu", "ger", "d", "duits", "duitstalig", "german", "allemand", "germanophone", "deutsch", "dede", "debe", "deat", "dech", "delu":
		return "de"
	case "en", "eng", "e", "engels", "engelstalig", "english", "anglais", "anglophone", "englisch", "engb", "enus", "enie", "enbe", "ennl":
		return "en"
	}
	return ""
}
