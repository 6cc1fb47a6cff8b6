package workflow

import "clepsydra/internal/deadline"

// categoriesFile is where the categories are; there is one list for all countries.
const categoriesFile = "categories.yaml"

// DataType is a kind of data as the authority's form counts them (EDPB template,
// row 70).
type DataType struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
}

// Category is a kind of personal data as people speak of it.
type Category struct {
	ID      string `yaml:"id"`
	Name    Text   `yaml:"name"`   // as a heading: "E-mail address"
	Inside  Text   `yaml:"inside"` // inside a letter's sentence: "your e-mail address"
	Special bool   `yaml:"special"`
	EDPB    string `yaml:"edpb"`   // id of the DataType it belongs to
	Advice  []Text `yaml:"advice"` // what the person can do about it; may be empty
	// Refused says why no field of a customer file may hold such data; empty: it may.
	Refused Text `yaml:"refused"`
}

// categoryList is the file as it is written.
type categoryList struct {
	Version    string        `yaml:"version"`
	Source     string        `yaml:"source"`
	Seen       deadline.Date `yaml:"seen"`
	DataTypes  []DataType    `yaml:"data_types"`
	Categories []Category    `yaml:"categories"`
}

func (l *loader) addCategories(c *checker, list categoryList) {
	c.need(list.Version != "", "$.version", "the version is missing")
	c.origin(list.Source, list.Seen)
	types := make(map[string]bool)
	for i, t := range list.DataTypes {
		at := index("$.data_types", i)
		c.name(at+".id", t.ID)
		c.need(!types[t.ID], at+".id", "%q is there twice", t.ID)
		types[t.ID] = true
		c.text(at+".label", t.Label)
	}
	c.need(len(list.Categories) > 0, "$.categories", "the list is empty")
	seen := make(map[string]bool)
	for i, cat := range list.Categories {
		at := index("$.categories", i)
		c.name(at+".id", cat.ID)
		c.need(!seen[cat.ID], at+".id", "%q is there twice", cat.ID)
		seen[cat.ID] = true
		c.text(at+".name", cat.Name)
		c.text(at+".inside", cat.Inside)
		c.need(types[cat.EDPB], at+".edpb", "%q is not among the data types", cat.EDPB)
		if len(cat.Refused) > 0 {
			c.text(at+".refused", cat.Refused)
		}
		for j, line := range cat.Advice {
			c.text(index(at+".advice", j), line)
		}
	}
	l.packs.dataTypes, l.packs.categories = list.DataTypes, list.Categories
}
