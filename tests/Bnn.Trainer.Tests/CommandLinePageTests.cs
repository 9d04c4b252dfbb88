using System.CommandLine;
using System.Text.RegularExpressions;

namespace Bnn.Trainer.Tests;

/// <summary>docs/command-line.md tells the commands and options that there are, and no others.</summary>
public sealed partial class CommandLinePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "command-line.md"));

    [Fact]
    public void Every_line_that_begins_with_bnn_parses()
    {
        string[] lines = [.. Page.Split('\n').Where(line => line.StartsWith("bnn ", StringComparison.Ordinal))];
        Assert.InRange(lines.Length, 20, 200);
        foreach (string line in lines)
        {
            string command = Remark().Split(line)[0].Split('|')[0];
            Assert.True(BnnCommandLine.Parse(UsageTests.Words(command)[1..]).Errors.Count == 0, line);
        }
    }

    [Fact]
    public void Every_command_has_a_section_that_names_its_options()
    {
        RootCommand root = (RootCommand)BnnCommandLine.Parse([]).CommandResult.Command;
        foreach (Command command in root.Subcommands)
        {
            int start = Page.IndexOf($"\n## {command.Name}\n", StringComparison.Ordinal);
            Assert.True(start >= 0, $"no section for {command.Name}");
            int end = Page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
            string section = Page[start..end];
            foreach (Option option in command.Options)
                Assert.True(section.Contains(option.Name, StringComparison.Ordinal) || IsCommon(option.Name), $"{command.Name} {option.Name}");
            string[] known = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name))];
            foreach (string named in OptionName().Matches(section).Select(match => match.Value).Distinct())
                Assert.True(known.Contains(named), $"{command.Name} has no {named}");
        }
    }

    [Fact]
    public void Every_exit_code_is_in_the_table()
    {
        foreach (System.Reflection.FieldInfo code in typeof(ExitCode).GetFields())
            Assert.Contains($"\n| {code.GetRawConstantValue()} | ", Page, StringComparison.Ordinal);
    }

    // Told once for all commands.
    private static bool IsCommon(string option) => option is "--data-dir" or "--offline" or "--data" or "--help" or "--threads";

    internal static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "BnnGen.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(" {3,}")]
    private static partial Regex Remark();

    [GeneratedRegex("(?<![\\w-])--[a-z][a-z-]+")]
    private static partial Regex OptionName();
}
