package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"clepsydra/internal/deadline"
)

// Kind is what sort of pack a file holds.
type Kind string

// The kinds of pack.
const (
	KindRegime     Kind = "regime"
	KindAuthority  Kind = "authority"
	KindScenario   Kind = "scenario"
	KindAssessment Kind = "assessment"
	KindHolidays   Kind = "holidays"
	KindCategories Kind = "categories"
	KindTemplate   Kind = "edpb"
	KindLadders    Kind = "ladders"
)

// Kinds lists the kinds in the order in which people look for them.
func Kinds() []Kind {
	return []Kind{KindRegime, KindAuthority, KindScenario, KindAssessment, KindHolidays, KindCategories, KindTemplate, KindLadders}
}

// Folder is where files of the kind lie; "." for the files that have no folder.
func (k Kind) Folder() string {
	switch k {
	case KindHolidays:
		return "holidays"
	case KindAuthority:
		return "authorities"
	case KindCategories, KindTemplate, KindLadders:
		return "."
	}
	return string(k) + "s"
}

// KindOf tells the kind of pack by the name of its file below the folder of packs,
// such as "regimes/gdpr.yaml"; empty when no pack is read from there.
func KindOf(name string) Kind {
	switch name {
	case categoriesFile:
		return KindCategories
	case templateFile:
		return KindTemplate
	case laddersFile:
		return KindLadders
	}
	for _, k := range Kinds() {
		if k.Folder() != "." && path.Ext(name) == ".yaml" && path.Dir(name) == k.Folder() {
			return k
		}
	}
	return ""
}

// Folders lists the folders of packs.
func Folders() []string {
	var out []string
	for _, k := range Kinds() {
		if k.Folder() != "." {
			out = append(out, k.Folder())
		}
	}
	return out
}

// Origin says who wrote a pack that is in use.
type Origin string

// The origins.
const (
	Shipped        Origin = "shipped"          // came with the program
	OwnFile        Origin = "own"              // the operator's, beside the shipped ones
	OwnOverShipped Origin = "own_over_shipped" // the operator's, in the place of a shipped one
)

// File is one pack as it was read: what it says of itself, and where it comes from.
type File struct {
	Kind      Kind
	ID        string
	Version   string // holidays: the years covered
	Name      Text   // empty where a pack has none
	ValidFrom deadline.Date
	ValidTo   deadline.Date // zero: no end known
	Sources   []Source
	Certainty Certainty // empty where the kind states none

	Path   string // below the folder of packs: "regimes/gdpr.yaml"
	Origin Origin
	SHA256 string // of the file, in small hexadecimal digits
	YAML   string // the file itself
	// HiddenSHA256 is of the shipped file that an operator's own stands in for.
	HiddenSHA256 string
	HiddenYAML   string
}

// Files lists every pack in use with its origin, by kind in the order of Kinds and
// then by name of the file.
func (p *Packs) Files() []File { return slices.Clone(p.files) }

// File finds one pack in use; it is false when there is none.
func (p *Packs) File(k Kind, id, version string) (File, bool) {
	i := slices.IndexFunc(p.files, func(f File) bool { return f.Kind == k && f.ID == id && f.Version == version })
	if i < 0 {
		return File{}, false
	}
	return p.files[i], true
}

// Hash is the SHA-256 of a file's content as File states it.
func Hash(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// note keeps what a file says of itself for Files.
func (c *checker) note(v any) {
	f := describe(v)
	f.Kind, f.Path, f.Origin = KindOf(c.file), c.file, Shipped
	f.SHA256, f.YAML = Hash(c.src), string(c.src)
	if _, own := c.own[c.file]; own {
		f.Origin = OwnFile
		if hidden, err := fs.ReadFile(c.shipped, c.file); err == nil {
			f.Origin, f.HiddenSHA256, f.HiddenYAML = OwnOverShipped, Hash(hidden), string(hidden)
		}
	}
	c.packs.files = append(c.packs.files, f)
}

// describe takes out of a pack what every kind has in its own way.
func describe(v any) File {
	var f File
	if p, ok := v.(pack); ok {
		h := p.header()
		f = File{ID: h.ID, Version: h.Version, ValidFrom: h.ValidFrom, ValidTo: h.ValidTo, Sources: h.Sources}
	}
	switch v := v.(type) {
	case Regime:
		f.Name, f.Certainty = v.Name, v.Certainty
	case Authority:
		f.Name, f.Certainty = v.Name, v.Certainty
	case Scenario:
		f.Name = v.Title
	case Assessment:
		f.Name = v.Name
	case holidays:
		f.ID, f.Version = v.Country, fmt.Sprintf("%d-%d", v.FromYear, v.ToYear)
		f.ValidFrom, f.ValidTo = deadline.Date{Year: v.FromYear, Month: 1, Day: 1}, deadline.Date{Year: v.ToYear, Month: 12, Day: 31}
		f.Sources = []Source{{Article: v.Source, Seen: v.Seen}}
	case categoryList:
		f.ID, f.Version = strings.TrimSuffix(categoriesFile, ".yaml"), v.Version
		f.Sources = []Source{{Article: v.Source, Seen: v.Seen}}
	case ladderList:
		f.ID, f.Version = strings.TrimSuffix(laddersFile, ".yaml"), v.Version
		f.Sources = []Source{{Article: v.Source, Seen: v.Seen}}
	}
	return f
}

func sortFiles(files []File) {
	slices.SortStableFunc(files, func(a, b File) int {
		if a.Kind != b.Kind {
			return slices.Index(Kinds(), a.Kind) - slices.Index(Kinds(), b.Kind)
		}
		return strings.Compare(a.Path, b.Path)
	})
}
