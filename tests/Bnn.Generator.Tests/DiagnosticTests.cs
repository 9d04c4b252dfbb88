using System.Globalization;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Bnn.Generator.Tests;

public class DiagnosticTests
{
    private static readonly string s_digits = BnnWriter.Write(Models.Digits());

    private static string Message(Diagnostic diagnostic) => diagnostic.GetMessage(CultureInfo.InvariantCulture);

    private static void AssertOnFile(Diagnostic diagnostic, string id, string path, string message)
    {
        Assert.Equal((id, message), (diagnostic.Id, Message(diagnostic)));
        Assert.Equal(new FileLinePositionSpan(path, default, default), diagnostic.Location.GetLineSpan());
    }

    [Fact]
    public void Shape_mismatch_stands_at_the_number_of_inputs()
    {
        string text = s_digits.Replace("classes 10 inputs 24", "classes 10 inputs 25", StringComparison.Ordinal);
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", text));
        Diagnostic error = Assert.Single(result.Errors(), d => d.Id == "BNN002");
        Assert.Equal("Layer 'scores' takes 25 inputs, but 'hidden' before it gives 24 (24x1x1)", Message(error));
        Assert.Equal("25", text.Substring(error.Location.SourceSpan.Start, error.Location.SourceSpan.Length));
        int line = text.Split('\n').ToList().FindIndex(l => l.Contains("inputs 25", StringComparison.Ordinal));
        Assert.Equal(line, error.Location.GetLineSpan().StartLinePosition.Line);
        Assert.Empty(result.GeneratedSources);
    }

    [Theory]
    [InlineData("bnn 1", "bmm 1"), InlineData("bnn 1", "bnn 2"), InlineData("threshold 8", "threshold 0"), InlineData("threshold 8", "thresh 8")]
    [InlineData("row 31 ", "row x "), InlineData("row 31 ", "row 65 "), InlineData("channels 24", "channels 70000"), InlineData("layers 2", "layers 3"),
        InlineData("row 31 ", "row 31 !")]
    public void Errors_of_the_reader_are_reported_word_for_word_at_their_places(string from, string to)
    {
        foreach (string lineEnd in new[] { "\n", "\r\n" })
        {
            string text = s_digits.Replace(from, to, StringComparison.Ordinal).ReplaceLineEndings(lineEnd);
            EquatableArray<ModelError> expected = BnnReader.Read(text).Errors;
            Diagnostic[] errors = Drivers.Run(new InMemoryFile("/project/a.bnn", text)).Errors();
            Assert.NotEmpty(errors);
            Assert.Equal(expected.Select(e => (e.Kind.Id, e.Message, e.Line, e.Column, e.Length)), errors.Select(d => (d.Id, Message(d),
                d.Location.GetLineSpan().StartLinePosition.Line, d.Location.GetLineSpan().StartLinePosition.Character,
                    d.Location.GetLineSpan().EndLinePosition.Character - d.Location.GetLineSpan().StartLinePosition.Character)));
            // The span in characters and the one in lines are the same place.
            Assert.All(errors, d => Assert.Equal(SourceText.From(text).Lines.GetLinePositionSpan(d.Location.SourceSpan), d.Location.GetLineSpan().Span));
        }
    }

    [Fact]
    public void Two_models_of_one_class_are_told_on_both_and_the_first_compiles()
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/one/a.bnn", s_digits), new InMemoryFile("/project/two/a.bnn", s_digits),
            new InMemoryFile("/project/b.bnn", s_digits));
        Diagnostic[] errors = result.Errors();
        Assert.Equal(2, errors.Length);
        AssertOnFile(errors[0], "BNN020", "/project/one/a.bnn",
            "'a.bnn' and 'two/a.bnn' both make the class 'Models.A'; the first one is compiled. Set BnnClass or BnnNamespace on one of them");
        AssertOnFile(errors[1], "BNN020", "/project/two/a.bnn",
            "'a.bnn' and 'one/a.bnn' both make the class 'Models.A'; the first one is compiled. Set BnnClass or BnnNamespace on one of them");
        Assert.Equal(["one.a.bnn.g.cs", "b.bnn.g.cs"], result.GeneratedSources.Select(source => source.HintName));
    }

    [Theory]
    [InlineData("BnnClass", "class", "Class name 'class' cannot be used: it is a word of C#")]
    [InlineData("BnnClass", "9a", "Class name '9a' cannot be used: it starts with a digit")]
    [InlineData("BnnClass", "Predict", "Class name 'Predict' cannot be used: the class has a member of that name")]
    [InlineData("BnnClass", "\u202Ea", "Class name '\\u202Ea' cannot be used: only the letters A to Z, digits and underscores are allowed")]
    [InlineData("BnnNamespace", "A..B", "Namespace 'A..B' cannot be used: it is empty")]
    [InlineData("BnnNamespace", "A.new", "Namespace 'A.new' cannot be used: it is a word of C#")]
    public void A_bad_name_is_refused(string option, string value, string message)
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", s_digits, (option, value)));
        AssertOnFile(Assert.Single(result.Errors()), "BNN021", "/project/a.bnn", message);
        Assert.Empty(result.GeneratedSources);
    }

    [Theory]
    [InlineData("BnnVisibility", "private", "BnnVisibility is 'private', but must be 'public' or 'internal'")]
    [InlineData("BnnGoal", "Speed", "BnnGoal is 'Speed', but must be one of Latency, Throughput, Size")]
    [InlineData("BnnLowering", "None", "BnnLowering is 'None', but must be one of Unrolled, PopCountTable, ChannelLanes, PixelLanes, ActiveColumns, Permute, SampleLanes, BitCircuit")]
    public void A_bad_option_is_refused(string option, string value, string message) =>
        AssertOnFile(Assert.Single(Drivers.Run(new InMemoryFile("/project/a.bnn", s_digits, (option, value))).Errors()), "BNN022", "/project/a.bnn", message);

    [Fact]
    public void A_bad_budget_is_refused()
    {
        GeneratorDriver driver = Drivers.Tracking(new(("BnnUnrolledBudget", "-1")), new InMemoryFile("/project/a.bnn", s_digits))
            .RunGenerators(Drivers.Project());
        AssertOnFile(Assert.Single(driver.GetRunResult().Results[0].Errors()), "BNN022", "/project/a.bnn",
            "BnnUnrolledBudget is '-1', but must be a whole number in [0, 100000]");
    }

    [Fact]
    public void A_model_too_large_for_the_compiler_is_refused()
    {
        // Rows that differ in their masks take two words for 64 weights.
        ulong[] masks = [.. Enumerable.Range(0, 4100 * 128).Select(i => i % 128 == 0 ? ~(1UL << (i / 128 % 64)) : ulong.MaxValue)];
        WeightMatrix weights = WeightMatrix.Create(4100, 8192, new ulong[4100 * 128], masks);
        Network network = Models.Bits(8192, new ScoresLayer("scores", weights, new(new int[4100]), 1));
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", BnnWriter.Write(network)));
        AssertOnFile(Assert.Single(result.Errors()), "BNN024", "/project/a.bnn",
            "The constants of the model take 1049600 words of 64 bits, but at most 1048576 can be compiled; use the interpreter or prune the model");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told() =>
        AssertOnFile(Assert.Single(Drivers.Run(new InMemoryFile("/project/a.bnn", null)).Errors()), "BNN025", "/project/a.bnn",
            "The model file 'a.bnn' cannot be read");

    [Fact]
    public void A_note_tells_how_each_layer_was_lowered()
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", s_digits));
        Assert.All(result.Diagnostics, note => Assert.Equal(("BNN030", DiagnosticSeverity.Info), (note.Id, note.Severity)));
        Assert.Equal(
            ["Layer 'hidden' (64 -> 24 channels, 24 word operations, 1536 live weights): Unrolled, up to 64 word operations literals are faster",
             "Layer 'scores' (24 -> 10 scores, 10 word operations, 240 live weights): Unrolled, up to 64 word operations literals are faster"],
            result.Diagnostics.Select(Message));
    }

    [Fact]
    public void Every_id_has_a_release_line_and_a_page()
    {
        string releases = Repository.Read("src/Bnn.Generator/AnalyzerReleases.Unshipped.md") + Repository.Read("src/Bnn.Generator/AnalyzerReleases.Shipped.md");
        ModelErrorKind[] kinds = [.. ModelErrors.All, .. CompilerErrors.All];
        Assert.Equal(kinds.Select(kind => kind.Id), BnnDiagnostics.All.Select(descriptor => descriptor.Id));
        foreach (ModelErrorKind kind in kinds)
        {
            Assert.Contains($"\n{kind.Id} | BnnGen | {(kind.Id == "BNN030" ? "Info" : "Error")} | {kind.Title}\n", releases.ReplaceLineEndings("\n"),
                StringComparison.Ordinal);
            string page = Repository.Read($"docs/diagnostics/{kind.Id}.md").ReplaceLineEndings("\n");
            Assert.StartsWith($"# {kind.Id}: {kind.Title}\n", page, StringComparison.Ordinal);
            Assert.Contains("\n> " + kind.Format + "\n", page, StringComparison.Ordinal);
            Assert.All(["## Cause", "## Example", "## Fix"], heading => Assert.Contains($"\n{heading}\n", page, StringComparison.Ordinal));
        }
        // The page of an id that is no longer given says so.
        string[] pages = [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs/diagnostics"), "BNN*.md").Select(Path.GetFileNameWithoutExtension)!];
        foreach (string id in pages.Except(kinds.Select(kind => kind.Id)))
        {
            string page = Repository.Read($"docs/diagnostics/{id}.md").ReplaceLineEndings("\n");
            Assert.StartsWith($"# {id}: no longer given\n", page, StringComparison.Ordinal);
        }
    }
}
