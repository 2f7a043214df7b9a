//! `hongyan-node`: one organization's node.

fn main() -> std::process::ExitCode {
    hongyan_node::main()
}
