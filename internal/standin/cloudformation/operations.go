package cloudformation

import (
	"slices"
	"strconv"
	"time"
)

// What the operations answer; the names of the elements are those of the service model (2010-05-15).
type (
	describeStackResourcesResult struct {
		StackResources []stackResource `xml:"StackResources>member"`
	}
	describeStacksResult struct {
		Stacks    []stackElement `xml:"Stacks>member"`
		NextToken string         `xml:"NextToken,omitempty"`
	}
	listStacksResult struct {
		StackSummaries []stackElement `xml:"StackSummaries>member"`
		NextToken      string         `xml:"NextToken,omitempty"`
	}
	// stackElement is a Stack and a StackSummary: what Put says of a stack has the same names in both.
	stackElement struct {
		StackID         string `xml:"StackId"`
		StackName       string `xml:"StackName"`
		StackStatus     string `xml:"StackStatus"`
		Reason          string `xml:"StackStatusReason,omitempty"`
		ParentID        string `xml:"ParentId,omitempty"`
		RootID          string `xml:"RootId,omitempty"`
		CreationTime    string `xml:"CreationTime"`
		LastUpdatedTime string `xml:"LastUpdatedTime,omitempty"`
		DeletionTime    string `xml:"DeletionTime,omitempty"`
	}
	stackResource struct {
		StackID            string `xml:"StackId"`
		StackName          string `xml:"StackName"`
		LogicalResourceID  string `xml:"LogicalResourceId"`
		PhysicalResourceID string `xml:"PhysicalResourceId"`
		ResourceType       string `xml:"ResourceType"`
		ResourceStatus     string `xml:"ResourceStatus"`
		Timestamp          string `xml:"Timestamp"`
	}
)

// describeStackResources gives all resources of the stack that was named, or that the resource belongs to.
func (s *Server) describeStackResources(in *input) (any, *fault) {
	name, physical, logical := in.text("StackName"), in.text("PhysicalResourceId"), in.text("LogicalResourceId")
	if (name == "") == (physical == "") {
		return nil, invalid("Specify either StackName or PhysicalResourceId, but not both.")
	}
	stack, found := s.named(name)
	if physical != "" {
		stack, found = s.owner(physical)
		name = physical
	}
	if !found {
		return nil, invalid("Stack for " + name + " does not exist")
	}
	out := describeStackResourcesResult{}
	for _, r := range stack.Resources {
		if logical == "" || r.Logical == logical {
			out.StackResources = append(out.StackResources, stackResource{
				StackID: stack.ID, StackName: stack.Name, LogicalResourceID: r.Logical, PhysicalResourceID: r.Physical,
				ResourceType: r.Type, ResourceStatus: r.Status, Timestamp: moment(stack.changed()),
			})
		}
	}
	return out, nil
}

// owner is the stack of a resource. An existing stack goes before deleted ones, and of those the last one deleted.
func (s *Server) owner(physical string) (owner Stack, found bool) {
	for _, stack := range s.remembered() {
		if stack.gone() && s.ForgetsDeleted ||
			!slices.ContainsFunc(stack.Resources, func(r Resource) bool { return r.Physical == physical }) {
			continue
		}
		if !stack.gone() {
			return stack, true
		}
		if !found || stack.Deleted.After(owner.Deleted) {
			owner, found = stack, true
		}
	}
	return owner, found
}

// describeStacks gives the stack that was named, or all that there are: of those that were deleted it speaks only by
// their unique id.
func (s *Server) describeStacks(in *input) (any, *fault) {
	if name := in.text("StackName"); name != "" {
		stack, found := s.named(name)
		if !found {
			return nil, invalid("Stack with id " + name + " does not exist")
		}
		return describeStacksResult{Stacks: []stackElement{element(stack)}}, nil
	}
	existing := slices.DeleteFunc(s.remembered(), Stack.gone)
	page, next, f := s.page(in, existing)
	return describeStacksResult{Stacks: page, NextToken: next}, f
}

// listStacks gives all stacks with one of the statuses: "if no StackStatusFilter is specified, summary information for all
// stacks is returned (including existing stacks and stacks that have been deleted)".
func (s *Server) listStacks(in *input) (any, *fault) {
	statuses := in.texts("StackStatusFilter")
	wanted := slices.DeleteFunc(s.remembered(), func(stack Stack) bool {
		return len(statuses) > 0 && !slices.Contains(statuses, stack.Status)
	})
	page, next, f := s.page(in, wanted)
	return listStacksResult{StackSummaries: page, NextToken: next}, f
}

// named is the stack of that unique id, or the existing one of that name: "Deleted stacks: You must specify the unique
// stack ID".
func (s *Server) named(name string) (Stack, bool) {
	for _, stack := range s.remembered() {
		if stack.ID == name || stack.Name == name && !stack.gone() {
			return stack, true
		}
	}
	return Stack{}, false
}

// page is the part of the stacks that the request's token asks for, and the token for the rest.
func (s *Server) page(in *input, stacks []Stack) (page []stackElement, next string, f *fault) {
	from := 0
	if token := in.text("NextToken"); token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n <= 0 || n > len(stacks) {
			return nil, "", invalid("The pagination token is not valid.")
		}
		from = n
	}
	to := min(from+s.PageSize, len(stacks))
	for _, stack := range stacks[from:to] {
		page = append(page, element(stack))
	}
	if to < len(stacks) {
		next = strconv.Itoa(to)
	}
	return page, next, nil
}

func element(s Stack) stackElement {
	return stackElement{
		StackID: s.ID, StackName: s.Name, StackStatus: s.Status, Reason: s.Reason, ParentID: s.Parent, RootID: s.Root,
		CreationTime: moment(s.Created), LastUpdatedTime: moment(s.Updated), DeletionTime: moment(s.Deleted),
	}
}

// changed is when the stack's last operation was.
func (s Stack) changed() time.Time {
	last := s.Created
	for _, t := range []time.Time{s.Updated, s.Deleted} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
