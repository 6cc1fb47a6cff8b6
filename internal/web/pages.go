package web

import (
	"html/template"
	"slices"
	"text/template/parse"
)

// layoutName is the template that every page is shown in.
const layoutName = "base"

// ofPage is the name of a template that is a page's own.
func ofPage(page, name string) string { return page + "/" + name }

// callers knows the templates that all pages share, and which of them calls which.
type callers struct {
	trees map[string]*parse.Tree
	calls map[string][]string
}

func newCallers(shared *template.Template) callers {
	c := callers{map[string]*parse.Tree{}, map[string][]string{}}
	for _, t := range shared.Templates() {
		if t.Tree == nil || t.Name() == "" {
			continue
		}
		c.trees[t.Name()] = t.Tree
		eachCall(t.Tree.Root, func(n *parse.TemplateNode) { c.calls[t.Name()] = append(c.calls[t.Name()], n.Name) })
	}
	return c
}

// join puts a page into the set: its own templates under names of their own, and a
// copy of those shared ones that lead to them, as the layout does. The other shared
// templates stay one for all pages. With a copy of everything for each page the set
// would be some twenty times as large.
func (c callers) join(into *template.Template, page string, of *template.Template) error {
	own := map[string]*parse.Tree{}
	for _, t := range of.Templates() {
		if t.Tree != nil && t.Name() != "" {
			own[t.Name()] = t.Tree
		}
	}
	for found := true; found; {
		found = false
		for name, calls := range c.calls {
			leads := slices.ContainsFunc(calls, func(to string) bool { return own[to] != nil })
			if own[name] == nil && leads {
				own[name], found = c.trees[name].Copy(), true
			}
		}
	}
	for name, tree := range own {
		eachCall(tree.Root, func(n *parse.TemplateNode) {
			if own[n.Name] != nil {
				n.Name = ofPage(page, n.Name)
			}
		})
		if _, err := into.AddParseTree(ofPage(page, name), tree); err != nil {
			return err
		}
	}
	return nil
}

// eachCall visits every place in a template where another one is called.
func eachCall(n parse.Node, visit func(*parse.TemplateNode)) {
	branch := func(b parse.BranchNode) {
		eachCall(b.List, visit)
		if b.ElseList != nil {
			eachCall(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, one := range n.Nodes {
			eachCall(one, visit)
		}
	case *parse.IfNode:
		branch(n.BranchNode)
	case *parse.RangeNode:
		branch(n.BranchNode)
	case *parse.WithNode:
		branch(n.BranchNode)
	case *parse.TemplateNode:
		visit(n)
	}
}
