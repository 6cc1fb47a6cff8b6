package workflow

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
)

// Own is the operator's files that are laid over the shipped ones, by their name
// below the folder, such as "regimes/gdpr.yaml". A file with the name of a shipped
// one takes its place; any other is added.
type Own map[string][]byte

// ReadOwn reads the YAML files of an operator's folder. What lies where no pack
// belongs is read too, so that Load can say so. Folders and files whose names begin
// with a dot are left alone.
func ReadOwn(folder fs.FS) (Own, error) {
	own := make(Own)
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isYAML(name):
			return nil
		}
		own[name], err = fs.ReadFile(folder, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rule packs: %w", err)
	}
	return own, nil
}

func isYAML(name string) bool { return slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) }

// Load reads and checks the packs in fsys, which is the workflows/ folder. The
// error is a Problems with everything that is wrong, not only the first thing.
// now is asked for the day when a pack is looked up without one.
func Load(fsys fs.FS, now func() time.Time) (*Packs, error) { return LoadWith(fsys, nil, now) }

// LoadWith is Load with the operator's own files laid over the shipped ones.
// Problems name a file below its folder; a name that own has is the operator's.
func LoadWith(shipped fs.FS, own Own, now func() time.Time) (*Packs, error) {
	l := newLoader(shipped, own, now)
	l.strays()
	l.load()
	if len(l.problems) > 0 {
		return nil, fmt.Errorf("load workflows: %w", l.problems)
	}
	l.sort()
	return l.packs, nil
}

func newLoader(shipped fs.FS, own Own, now func() time.Time) *loader {
	return &loader{shipped: shipped, own: own, packs: &Packs{
		now: now, regimes: make(versions[Regime]), scenarios: make(versions[Scenario]),
		authorities: make(versions[Authority]), assessments: make(versions[Assessment]), holidays: make(map[string]*holidays),
	}, dutyOwner: make(map[string]string), questionOwner: make(map[string]string)}
}

// load reads every kind: all files are decoded at once, and then checked kind by
// kind. A kind stands after those that its checks look at.
func (l *loader) load() {
	for _, check := range []func(){
		each(l, []string{categoriesFile}, l.addCategories),
		each(l, []string{templateFile}, l.addTemplate),
		each(l, []string{laddersFile}, l.addLadders),
		each(l, l.names("holidays"), l.addHolidays),
		each(l, l.names("regimes"), l.addRegime),
		each(l, l.names("authorities"), l.addAuthority),
		each(l, l.names("assessments"), l.addAssessment),
		each(l, l.names("scenarios"), l.addScenario),
	} {
		check()
	}
	for _, check := range l.later {
		check()
	}
	l.packs.asked = slices.Sorted(maps.Keys(l.questionOwner))
}

func (l *loader) sort() {
	l.packs.regimes.sort()
	l.packs.scenarios.sort()
	l.packs.authorities.sort()
	l.packs.assessments.sort()
	sortFiles(l.packs.files)
}

// loader collects packs and problems while the files are read.
type loader struct {
	shipped  fs.FS
	own      Own
	packs    *Packs
	problems Problems
	// dutyOwner and questionOwner say which regime a name belongs to.
	dutyOwner, questionOwner map[string]string
	later                    []func() // checks that need everything to be read
	watch                    func()   // called at each problem that a check notes; for the test that every check has a bad file
}

// strays refuses files of the operator that nobody would read: a rule that does not
// hold because its folder is misspelt must not look as if it did.
func (l *loader) strays() {
	for _, name := range slices.Sorted(maps.Keys(l.own)) {
		if KindOf(name) == "" {
			l.problems = append(l.problems, Problem{File: name, Text: "no pack is read from here: put it into one of the folders " +
				strings.Join(Folders(), ", ") + " and let its name end in .yaml"})
		}
	}
}

// names lists the files of a folder: the shipped ones, then those that only the
// operator has, so that what contradicts a shipped pack is noted at the operator's.
// A folder without a file is a problem.
func (l *loader) names(folder string) []string {
	names, err := fs.Glob(l.shipped, folder+"/*.yaml")
	if err != nil {
		names = nil // the pattern is ours and never malformed
	}
	for _, name := range slices.Sorted(maps.Keys(l.own)) {
		if path.Dir(name) == folder && KindOf(name) != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		l.problems = append(l.problems, Problem{File: folder, Text: "the folder has no YAML file"})
	}
	return names
}

// each begins to decode the files and returns what hands them to add, in their order,
// when all are there.
func each[T any](l *loader, names []string, add func(*checker, T)) func() {
	values, checkers := make([]T, len(names)), make([]*checker, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { checkers[i] = l.decode(name, &values[i]) })
	}
	return func() {
		all.Wait()
		for i, c := range checkers {
			if c.refused != nil {
				l.problems = append(l.problems, *c.refused)
				continue
			}
			c.note(values[i])
			add(c, values[i])
		}
	}
}

// decode reads one file strictly into v and returns what notes further problems; its
// refused is set when the file cannot be read.
func (l *loader) decode(name string, v any) *checker {
	c := &checker{loader: l, file: name}
	var err error
	if c.src, err = l.read(name); err != nil {
		c.refused = &Problem{File: name, Text: "the file cannot be read: " + err.Error()}
	} else if err := yaml.UnmarshalWithOptions(c.src, v, yaml.Strict()); err != nil {
		p := c.decodeProblem(err)
		c.refused = &p
	}
	return c
}

func (l *loader) read(name string) ([]byte, error) {
	if src, ok := l.own[name]; ok {
		return src, nil
	}
	return fs.ReadFile(l.shipped, name)
}
