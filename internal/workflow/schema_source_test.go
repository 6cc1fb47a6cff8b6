package workflow

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"clepsydra/internal/deadline"
	"clepsydra/workflows"
)

// source is what the Go source says beyond what reflection knows.
type source struct {
	types  map[string]string             // package and type: its comment
	fields map[string]string             // package, type and field: its comment
	consts map[string][]closedWord       // package and type: its constants
	defs   map[string]*jsonschema.Schema // forms that schemaOf gave out
}

// closedWord is one constant of a closed list.
type closedWord struct{ value, comment string }

// comment implements jsonschema's lookup; an empty field asks for the type's.
func (s source) comment(t reflect.Type, field string) string {
	name := t.PkgPath() + "." + t.Name()
	if field == "" {
		return s.types[name]
	}
	return s.fields[name+"."+field]
}

func readSource(t *testing.T) source {
	t.Helper()
	s := source{types: map[string]string{}, fields: map[string]string{}, consts: map[string][]closedWord{}, defs: map[string]*jsonschema.Schema{}}
	for folder, pkg := range map[string]string{
		".": reflect.TypeFor[Regime]().PkgPath(), "../deadline": reflect.TypeFor[deadline.Unit]().PkgPath(),
	} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				if gen, ok := d.(*ast.GenDecl); ok {
					s.read(pkg, gen)
				}
			}
		}
	}
	return s
}

func (s source) read(pkg string, gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.types[pkg+"."+spec.Name.Name] = said(spec.Doc, gen.Doc)
			if group, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range group.Fields.List {
					for _, n := range f.Names {
						s.fields[pkg+"."+spec.Name.Name+"."+n.Name] = said(f.Doc, f.Comment)
					}
				}
			}
		case *ast.ValueSpec:
			typed, ok := spec.Type.(*ast.Ident)
			if !ok || gen.Tok != token.CONST || len(spec.Values) != 1 {
				continue
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			if value, err := strconv.Unquote(lit.Value); err == nil && value != "" {
				name := pkg + "." + typed.Name
				s.consts[name] = append(s.consts[name], closedWord{value, said(spec.Doc, spec.Comment)})
			}
		}
	}
}

// said joins what comments say into one line.
func said(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if g != nil {
			return strings.Join(strings.Fields(g.Text()), " ")
		}
	}
	return ""
}

// keys collects which keys a group must have, by the name of its Go type.
type keys struct {
	needed   map[string]bool // "Duty.article": left out once, and missed
	optional map[string]bool // was absent in a good pack, or left out and not missed
	tried    map[string]int
}

// tries is how often a key is left out in one file before it counts as needed.
const tries = 3

// requiredKeys finds the keys that a pack cannot leave out, by leaving each out of the
// good packs and looking whether the checks miss it. So the schemas say what the
// checks say, and nobody has to write it twice.
func requiredKeys(t *testing.T) map[string][]string {
	t.Helper()
	own := make(Own)
	maps.Copy(own, testFiles(t, "testdata/good"))
	k := keys{map[string]bool{}, map[string]bool{}, nil}
	probe(t, k, own, func(l *loader, c *checker, v Regime) { l.packs.regimes = versions[Regime]{}; l.addRegime(c, v) })
	probe(t, k, own, func(l *loader, c *checker, v Authority) {
		l.packs.authorities = versions[Authority]{}
		l.addAuthority(c, v)
	})
	probe(t, k, own, func(l *loader, c *checker, v Scenario) { l.packs.scenarios = versions[Scenario]{}; l.addScenario(c, v) })
	probe(t, k, own, func(l *loader, c *checker, v Assessment) {
		l.packs.assessments = versions[Assessment]{}
		l.addAssessment(c, v)
	})
	probe(t, k, own, func(l *loader, c *checker, v holidays) { l.addHolidays(c, v) })
	probe(t, k, own, func(l *loader, c *checker, v categoryList) { l.addCategories(c, v) })
	probe(t, k, own, func(l *loader, c *checker, v Template) { l.addTemplate(c, v) })
	probe(t, k, own, func(l *loader, c *checker, v ladderList) { l.addLadders(c, v) })
	out := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(k.needed)) {
		if typeName, key, _ := strings.Cut(name, "."); !k.optional[name] {
			out[typeName] = append(out[typeName], key)
		}
	}
	return out
}

// probe leaves out keys of every good pack of one kind.
func probe[T any](t *testing.T, k keys, own Own, add func(*loader, *checker, T)) {
	t.Helper()
	var kind Kind
	for candidate, root := range roots() {
		if root == reflect.TypeFor[T]() {
			kind = candidate
		}
	}
	base := newLoader(workflows.FS, nil, nil)
	base.load()
	all := newLoader(workflows.FS, own, nil)
	names := []string{string(kind) + ".yaml"}
	if kind.Folder() != "." {
		names = all.names(kind.Folder())
	}
	for _, name := range names {
		var v T
		if c := all.decode(name, &v); c.refused != nil {
			t.Fatal(*c.refused)
		}
		fits := func() bool {
			packs := *base.packs
			packs.files = nil
			l := newLoader(workflows.FS, nil, nil)
			l.packs = &packs
			add(l, &checker{loader: l, file: name}, v)
			return len(l.problems) == 0
		}
		if !fits() {
			t.Fatalf("%s is not good by itself", name)
		}
		k.tried = map[string]int{}
		k.leaveOut(reflect.ValueOf(&v).Elem(), "", fits)
	}
}

// leaveOut empties each key of a value in turn. as is the type that embeds it.
func (k keys) leaveOut(v reflect.Value, as string, fits func() bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			k.leaveOut(v.Elem(), "", fits)
		}
	case reflect.Slice:
		for i := range v.Len() {
			k.leaveOut(v.Index(i), "", fits)
		}
	case reflect.Struct:
		if as == "" {
			as = v.Type().Name()
		}
		for i := range v.NumField() {
			k.leaveOutField(v.Type().Field(i), v.Field(i), as, fits)
		}
	}
}

func (k keys) leaveOutField(f reflect.StructField, v reflect.Value, as string, fits func() bool) {
	tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	switch {
	case f.Anonymous:
		k.leaveOut(v, as, fits)
		return
	case !f.IsExported() || tag == "":
		return
	}
	name := as + "." + tag
	if v.IsZero() {
		k.optional[name] = true
	}
	if !k.optional[name] && k.tried[name] < tries {
		k.tried[name]++
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		v.SetZero()
		k.needed[name] = true
		k.optional[name] = fits()
		v.Set(was)
	}
	k.leaveOut(v, "", fits)
}
