package workflow

import (
	"bytes"
	"encoding"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
	judge "github.com/santhosh-tekuri/jsonschema/v6"

	"clepsydra/internal/deadline"
	"clepsydra/workflows"
)

// shippedFolder is where the packs and their schemas lie, seen from this package.
const shippedFolder = "../../workflows"

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// roots are the Go types that the files of each kind are decoded into.
func roots() map[Kind]reflect.Type {
	return map[Kind]reflect.Type{
		KindRegime: reflect.TypeFor[Regime](), KindAuthority: reflect.TypeFor[Authority](), KindScenario: reflect.TypeFor[Scenario](),
		KindAssessment: reflect.TypeFor[Assessment](), KindHolidays: reflect.TypeFor[holidays](), KindCategories: reflect.TypeFor[categoryList](),
		KindTemplate: reflect.TypeFor[Template](),
		KindLadders:  reflect.TypeFor[ladderList](),
	}
}

// words are closed lists of texts whose Go type is a plain string, by type and key.
// Typed words need no entry: theirs are the constants of the type.
func words() map[string][]string {
	var days []string
	for name := range weekdays() {
		days = append(days, name)
	}
	slices.Sort(days)
	return map[string][]string{
		"Authority.languages": Languages(), "holidays.language": Languages(), "holiday.if_sunday": {"previous_day"},
		"nth.weekday": days, "EDPBTexts.incident": IncidentCodes(), "EDPBTexts.cause": CauseCodes(),
	}
}

// generate writes the schema of a kind from its Go type: keys and their meaning from
// the fields and their comments, closed words from the constants, and which keys must
// be there from what the checks miss.
func generate(t *testing.T, k Kind, src source, required map[string][]string) []byte {
	t.Helper()
	r := jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Anonymous: true,
		LookupComment: src.comment, Mapper: src.schemaOf,
	}
	clear(src.defs)
	root := roots()[k]
	s := r.ReflectFromType(root)
	s.Version = "http://json-schema.org/draft-07/schema#" // what editors understand best
	s.Title = "Clepsydra rule pack: " + string(k)
	demand(s, root.Name(), required)
	for name, def := range s.Definitions {
		demand(def, name, required)
	}
	maps.Copy(s.Definitions, src.defs)
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	// Draft 7 calls definitions by their older name.
	raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte(`"$defs"`), []byte(`"definitions"`)), []byte("#/$defs/"), []byte("#/definitions/"))
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}

// demand puts required keys and plain closed words into one group of keys.
func demand(s *jsonschema.Schema, typeName string, required map[string][]string) {
	s.Required = required[typeName]
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Items != nil && slices.Contains(s.Required, p.Key) {
			p.Value.MinItems = new(uint64(1))
		}
		allowed, closed := words()[typeName+"."+p.Key]
		if !closed {
			continue
		}
		at := p.Value
		if at.Items != nil {
			at = at.Items
		}
		for _, w := range allowed {
			at.Enum = append(at.Enum, w)
		}
	}
}

// schemaOf gives types that read themselves, and closed lists of words, a form of
// their own, kept once among the definitions.
func (s source) schemaOf(t reflect.Type) *jsonschema.Schema {
	name := t.Name()
	switch t {
	case reflect.TypeFor[Text]():
		s.defs[name] = textSchema()
	case reflect.TypeFor[PartText]():
		part := textSchema()
		part.Required, part.Description = nil, s.types[t.PkgPath()+"."+name]
		s.defs[name] = part
	case reflect.TypeFor[deadline.Date]():
		s.defs[name] = &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, Description: "A day such as 2026-06-09."}
	case reflect.TypeFor[time.Duration]():
		s.defs[name] = &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?[hms])+$`, Description: "A length of time such as 90m, 4h or 168h."}
	default:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return &jsonschema.Schema{Type: "string"}
		}
		if t.Kind() != reflect.String || len(s.consts[t.PkgPath()+"."+name]) == 0 {
			return nil
		}
		s.defs[name] = s.wordsSchema(t.PkgPath() + "." + name)
	}
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

// wordsSchema is a closed list of words with the meaning of each.
func (s source) wordsSchema(name string) *jsonschema.Schema {
	out := &jsonschema.Schema{Type: "string"}
	lines := []string{s.types[name]}
	for _, c := range s.consts[name] {
		out.Enum = append(out.Enum, c.value)
		if c.comment != "" {
			lines = append(lines, fmt.Sprintf("- %s: %s", c.value, c.comment))
		}
	}
	out.Description = strings.TrimSpace(strings.Join(lines, "\n"))
	return out
}

func textSchema() *jsonschema.Schema {
	one := &jsonschema.Schema{Type: "string", MinLength: new(uint64(1))}
	s := &jsonschema.Schema{
		Type: "object", Properties: jsonschema.NewProperties(), Required: Languages(), AdditionalProperties: jsonschema.FalseSchema,
		PatternProperties: map[string]*jsonschema.Schema{variant.String(): one},
		Description:       "A text in every language, and beside them a country's own words, such as nl-BE.",
	}
	for _, lang := range Languages() {
		s.Properties.Set(lang, one)
	}
	return s
}

// TestSchemasAreThoseOfTheTypes says when a shipped schema no longer fits the Go
// types; go test ./internal/workflow -run Schema -update writes them anew.
func TestSchemasAreThoseOfTheTypes(t *testing.T) {
	src, required := readSource(t), requiredKeys(t)
	for _, k := range Kinds() {
		want := generate(t, k, src, required)
		file := filepath.Join(shippedFolder, "schemas", string(k)+".schema.json")
		if updating() {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go test ./internal/workflow -run Schema -update (%v)", file, err)
		}
	}
	for name := range words() {
		typeName, key, _ := strings.Cut(name, ".")
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool { return bytes.Contains(generate(t, k, src, required), []byte(`"`+key+`"`)) }) {
			t.Errorf("%s has no key %s any more: take it out of words", typeName, key)
		}
	}
}

// TestShippedPacksNameTheirSchema: editors find the schema by the first line.
func TestShippedPacksNameTheirSchema(t *testing.T) {
	for _, f := range shippedPacks(t).Files() {
		up := strings.Repeat("../", strings.Count(f.Path, "/"))
		want := "# yaml-language-server: $schema=" + up + "schemas/" + string(f.Kind) + ".schema.json\n"
		if strings.HasPrefix(f.YAML, want) {
			continue
		}
		if updating() {
			if err := os.WriteFile(filepath.Join(shippedFolder, f.Path), []byte(want+f.YAML), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Errorf("%s does not begin with %q: run go test ./internal/workflow -run Schema -update", f.Path, want)
	}
}

func shippedPacks(t *testing.T) *Packs {
	t.Helper()
	p, err := Load(workflows.FS, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// verdict is what an independent validator says of a file; empty is good.
func verdict(t *testing.T, k Kind, src []byte) string {
	t.Helper()
	var v any
	if err := yaml.UnmarshalWithOptions(src, &v, yaml.Strict()); err != nil {
		return "not YAML"
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	value, err := judge.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := judge.NewCompiler().Compile(filepath.Join(shippedFolder, "schemas", string(k)+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		lines := strings.Split(err.Error(), "\n")[1:]
		slices.Sort(lines) // the library goes through maps in any order
		return strings.Join(lines, ";")
	}
	return ""
}

func TestSchemasTakeEveryGoodPack(t *testing.T) {
	t.Parallel()
	for _, f := range shippedPacks(t).Files() {
		if said := verdict(t, f.Kind, []byte(f.YAML)); said != "" {
			t.Errorf("%s: %s", f.Path, said)
		}
	}
	for name, src := range testFiles(t, "testdata/good") {
		if said := verdict(t, KindOf(name), src); said != "" {
			t.Errorf("good %s: %s", name, said)
		}
	}
}

// TestSchemasRefuseWhatTheyCan keeps in testdata/schema.golden what the schema says of
// each bad file. What depends on other keys or files only Load can see.
func TestSchemasRefuseWhatTheyCan(t *testing.T) {
	var got strings.Builder
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, src := testFile(t, file)
		said := verdict(t, KindOf(name), src)
		if said == "" {
			said = "left to Load"
		}
		fmt.Fprintf(&got, "%s: %s\n", filepath.Base(file), strings.TrimSpace(said))
	}
	const golden = "testdata/schema.golden"
	if updating() {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != got.String() {
		t.Errorf("what the schemas say of bad files has changed; with -update read the difference of %s (%v)", golden, err)
	}
}

func testFiles(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	out := map[string][]byte{}
	for _, file := range files {
		name, src := testFile(t, file)
		out[name] = src
	}
	return out
}

// testFile reads a file of testdata and where it belongs.
func testFile(t *testing.T, file string) (name string, src []byte) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(src), "\n")
	return strings.TrimPrefix(first, "# file: "), src
}
