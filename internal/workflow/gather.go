package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// LoadDir is LoadWith with the operator's folder on disk; an empty name means that
// there is none. The folder is read once: what changes in it later counts from the
// next start.
func LoadDir(shipped fs.FS, dir string, now func() time.Time) (*Packs, error) {
	if dir == "" {
		return Load(shipped, now)
	}
	own, err := ReadOwn(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	packs, err := LoadWith(shipped, own, now)
	var problems Problems
	if errors.As(err, &problems) {
		return nil, fmt.Errorf("with %s laid over the shipped packs:\n%w", dir, problems.in(dir, own))
	}
	return packs, err
}

// in names the operator's files by where they lie on disk.
func (l Problems) in(dir string, own Own) Problems {
	out := slices.Clone(l)
	for i, p := range out {
		if _, ok := own[p.File]; ok {
			out[i].File = filepath.Join(dir, filepath.FromSlash(p.File))
		}
	}
	return out
}

// Gathered is files that somebody wants checked.
type Gathered struct {
	Own   Own
	Paths map[string]string // where each lies, by its name in Own
}

// Gather reads files and folders to check. A folder is either one of packs, with
// regimes/ and so on in it, or one such subfolder. What kind of pack a single file is
// comes from its folder or, elsewhere, from its first line, which names its schema.
func Gather(paths []string) (Gathered, error) {
	g := Gathered{Own: make(Own), Paths: make(map[string]string)}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return g, fmt.Errorf("%s: %w", p, err)
		}
		if info.IsDir() {
			err = g.folder(p)
		} else {
			err = g.file(p)
		}
		if err != nil {
			return g, err
		}
	}
	return g, nil
}

func (g Gathered) folder(dir string) error {
	own, err := ReadOwn(os.DirFS(dir))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if len(own) == 0 {
		return fmt.Errorf("%s: there is no YAML file in it", dir)
	}
	under := ""
	if base := lastName(dir); slices.Contains(Folders(), base) {
		under = base
	}
	for name, src := range own {
		if err := g.put(path.Join(under, name), filepath.Join(dir, filepath.FromSlash(name)), src); err != nil {
			return err
		}
	}
	return nil
}

// schemaLine is how a pack names its schema for editors.
var schemaLine = regexp.MustCompile(`^# yaml-language-server: \$schema=\S*?([a-z]+)\.schema\.json\s*$`)

func (g Gathered) file(file string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	name := lastName(file)
	if under := lastName(filepath.Dir(file)); slices.Contains(Folders(), under) {
		return g.put(path.Join(under, name), file, src)
	}
	if k := KindOf(name); k != "" && k.Folder() == "." {
		return g.put(name, file, src)
	}
	first, _, _ := strings.Cut(string(src), "\n")
	if m := schemaLine.FindStringSubmatch(first); m != nil && slices.Contains(Kinds(), Kind(m[1])) {
		return g.put(path.Join(Kind(m[1]).Folder(), name), file, src)
	}
	return fmt.Errorf("%s: what kind of pack is it? Put it into a folder called %s, or let its first line be "+
		"# yaml-language-server: $schema=KIND.schema.json", file, strings.Join(Folders(), ", "))
}

func (g Gathered) put(name, at string, src []byte) error {
	if other, twice := g.Paths[name]; twice && other != at {
		return fmt.Errorf("%s and %s would both be %s: check them one after the other", other, at, name)
	}
	g.Own[name], g.Paths[name] = src, at
	return nil
}

// lastName is the last element of a path, also of "." and of what ends in a slash.
func lastName(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		p = abs
	}
	return filepath.Base(p)
}
