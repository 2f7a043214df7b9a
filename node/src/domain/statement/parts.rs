//! Statements that came in parts. A part says nothing by itself: the statement is there when all of its parts are.

use hongyan_proto::letter::Statement;

/// The parts of one author's statement that are there so far: the first ones, in their order.
#[derive(Clone, Debug, Default)]
pub struct Parts(Vec<Statement>);

impl Parts {
    /// Takes the author's next entry in. The whole statement when this entry is it, or is its last part. What does not follow on the
    /// part before it, because that one was refused or belongs to another statement, makes no statement: so parts of two are never
    /// mixed, and no more than one statement is kept, whatever comes.
    pub fn add(&mut self, statement: Statement) -> Option<Statement> {
        let here = std::mem::take(&mut self.0);
        if statement.parts == 0 {
            return Some(statement);
        }
        let follows = match here.last() {
            Some(last) => {
                (last.revision, last.parts, last.part + 1)
                    == (statement.revision, statement.parts, statement.part)
            }
            None => statement.part == 1,
        };
        self.0 = match (follows, statement.part) {
            (true, _) => here,
            (false, 1) => Vec::new(),
            (false, _) => return None,
        };
        let is_last = statement.part == statement.parts;
        self.0.push(statement);
        if is_last {
            Statement::join(std::mem::take(&mut self.0))
        } else {
            None
        }
    }
}
