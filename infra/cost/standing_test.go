package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheStackHasNoStandingCostThatTheBillDoesNotKnow reads infra/aws for constructs that are billed by the month: the
// stack itself cannot be imported, because that would compile CDK. A construct more there, and standing.go has to say how
// many of it the stack makes.
func TestTheStackHasNoStandingCostThatTheBillDoesNotKnow(t *testing.T) {
	billed := map[string]bool{
		"NewAlarm": true, "NewCompositeAlarm": true, "NewDashboard": true, "NewMetricFilter": true, "AddMetricFilter": true, "NewKey": true,
		"NewCfnAlarm": true, "NewCfnDashboard": true, "NewCfnMetricFilter": true, "NewSecret": true, "NewVpc": true, "NewTable": true,
	}
	found := map[string]int{}
	for _, file := range sources(t, "../aws") {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && billed[call.Sel.Name] {
				found[call.Sel.Name]++
			}
			return true
		})
	}
	if want := map[string]int{"NewAlarm": 1, "NewDashboard": 1, "NewKey": 1, "NewMetricFilter": 1}; !maps.Equal(found, want) {
		t.Errorf("infra/aws makes %v in so many places, the bill knows of %v: bring infra/cost/standing.go and this test up to date", found, want)
	}
}

func sources(t *testing.T, folder string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
