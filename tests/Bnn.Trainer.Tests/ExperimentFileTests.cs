using Bnn.Trainer.Experiments;

namespace Bnn.Trainer.Tests;

/// <summary>Experiment files: what they may say, and that each mistake is named with its line.</summary>
public sealed class ExperimentFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_short_file_is_enough()
    {
        Experiment experiment = Read("""{ "data": "mnist" }""");
        Assert.Equal(("trial", "mnist", 1ul), (experiment.Name, Assert.Single(experiment.Data).Name, Assert.Single(experiment.Seeds)));
        Assert.Equal(("", RunMethod.Usual, null), (Assert.Single(experiment.Variants).Name, experiment.Variants[0].Method, experiment.Variants[0].From));
        Assert.False(experiment.ReadsTest || experiment.KeepsModels);
        Assert.Null(experiment.Minutes);
    }

    [Fact]
    public void Comments_and_last_commas_are_allowed_and_seeds_can_be_counted()
    {
        Experiment experiment = Read("""
            // What is asked.
            { "data": ["mnist", "fashion-mnist"], "seeds": 3, "test": "once", "keep": "model", "minutes": 1.5, /* here */ "options": { "flip": true, }, }
            """);
        Assert.Equal([1, 2, 3], experiment.Seeds);
        Assert.Equal(["mnist", "fashion-mnist"], experiment.Data.Select(set => set.Name));
        Assert.True(experiment.ReadsTest && experiment.KeepsModels);
        Assert.Equal(1.5, experiment.Minutes);
        Assert.Equal(["--flip"], Assert.Single(experiment.Options).Words);
    }

    [Fact]
    public void Every_option_of_train_that_says_what_is_computed_can_be_set()
    {
        string[] keys = [.. RunMethod.Usual.Keys];
        Assert.Empty(new[] { "arch", "encoding", "epochs", "batch", "learning-rate", "shift", "flip", "batch-norm-scale" }.Except(keys));
        Assert.Empty(keys.Intersect(["out", "resume", "seed", "threads", "data-dir", "offline", "name", "help"]));
    }

    [Theory]
    [InlineData("""{ "data": "mnist", "options": {""" + "\n" + """ "epoch": 3 } }""", "line 2: unknown key \"epoch\"; did you mean \"epochs\"?")]
    [InlineData("""{ "data": "mnist",""" + "\n\n" + """ "grids": {} }""", "line 3: unknown key \"grids\"; did you mean \"grid\"?")]
    [InlineData("""{ "data": "mnist", "xyzzy": 1 }""", "line 1: unknown key \"xyzzy\"; there are name, data, seeds")]
    [InlineData("""{ "data": "mnist", "options": { "seed": 1 } }""", "line 1: unknown key \"seed\"")]
    [InlineData("""{ "data": "mnist", "options": { "epochs": 0 } }""", "line 1: epochs must be a number from 1 to 1000000, but is '0'.")]
    [InlineData("""{ "data": "mnist", "options": { "epochs": [1, 2] } }""", "\"epochs\" has a list of values; such lists stand in \"grid\".")]
    [InlineData("""{ "data": "mnist", "options": { "flip": "yes" } }""", "\"flip\" must be true or false.")]
    [InlineData("""{ "data": "mnist", "options": { "epochs": true } }""", "\"epochs\" must be a number or a text in quotes.")]
    [InlineData("""{ "data": "mnist", "grid": { "epochs": 3 } }""", "\"epochs\" in \"grid\" needs a list of values")]
    [InlineData("""{ "data": "mnist", "grid": { "epochs": [] } }""", "\"epochs\" in \"grid\" needs a list of values")]
    [InlineData("""{ "data": "mnits" }""", "line 1: no data set is called 'mnits'")]
    [InlineData("{ }", "line 1: \"data\" is missing")]
    [InlineData("[]", "line 1: an experiment is an object")]
    [InlineData("""{ "data": "mnist",""" + "\n" + """ "seeds": 0 }""", "line 2: \"seeds\" is a number from 1")]
    [InlineData("""{ "data": "mnist", "seeds": [1, 1] }""", "\"seeds\" is a list of 1 to 1000 different numbers.")]
    [InlineData("""{ "data": "mnist", "seeds": ["a"] }""", "a seed is a whole number")]
    [InlineData("""{ "data": "mnist", "test": "twice" }""", "\"test\" is \"never\" or \"once\", but not \"twice\".")]
    [InlineData("""{ "data": "images:photos", "test": "once" }""", "images:photos has no test set of its own.")]
    [InlineData("""{ "data": "mnist", "name": "../up" }""", "the name '../up' names a folder")]
    [InlineData("""{ "data": "mnist",""" + "\n" + """ "data": "mnist" }""", "line 2: \"data\" stands there twice, first on line 1.")]
    [InlineData("""{ "data": "mnist",""" + "\n" + """ "seeds": }""", "line 2: ")]
    [InlineData("""{ "data": "mnist" } { }""", "line 1: ")]
    [InlineData("""{ "data": "mnist", "variants": { "a": { "from": "b" } } }""", "\"a\" needs \"b\", but no variant is called that")]
    [InlineData("""{ "data": "mnist", "variants": { "a": { "from": "b" }, "b": { "from": "a" } } }""", "\"a\" needs itself, by way of \"b\".")]
    [InlineData("""{ "data": "mnist", "options": { "teacher": "a" }, "variants": { "a": {} } }""", "\"teacher\" names a variant that another one needs, so it stands in a variant.")]
    [InlineData("""{ "data": "mnist", "grid": { "teacher": ["a"] }, "variants": { "a": {} } }""", "\"teacher\" names a variant that another one needs, so it stands in a variant.")]
    [InlineData("""{ "data": "mnist", "variants": { "a": { "grid": { "epochs": [1] } }, "b": { "teacher": "a" } } }""", "\"b\" learns from \"a\", which must have neither")]
    [InlineData("""{ "data": "mnist", "variants": { "a": { "method": "prune" } } }""", "\"a\" is made by prune, so it needs \"from\"")]
    [InlineData("""{ "data": "mnist", "variants": { "a": {}, "b": { "from": "a", "method": "train" } } }""", "train starts from random weights")]
    [InlineData("""{ "data": "mnist", "variants": { "a": {}, "b": { "from": "a", "method": "cut" } } }""", "no method is called 'cut'; there are train, prune, continue.")]
    [InlineData("""{ "data": "mnist", "variants": { "a": {}, "b": { "from": "a", "flip": true } } }""", "unknown key \"flip\"")]
    [InlineData("""{ "data": "mnist", "variants": { "a": {}, "b": { "from": "a", "method": "prune", "max-drop": 1 } } }""", "unknown key \"max-drop\"")]
    [InlineData("""{ "data": "mnist", "grid": { "epochs": [1] }, "variants": { "a": { "epochs": 2 } } }""", "\"epochs\" of \"a\" is an axis of the grid as well")]
    [InlineData("""{ "data": "mnist", "grid": { "epochs": [1] }, "variants": { "a": { "grid": { "epochs": [2] } } } }""", "is an axis of the grid of all variants already")]
    public void A_mistake_is_named_with_its_line(string text, string message)
    {
        string path = _folder.Write("trial.json", text);
        Cli.Run("experiment", path).AssertError(2, $"{path}, line ");
        Assert.Contains(message, Cli.Run("experiment", path).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_experiments_of_the_repository_make_sense()
    {
        string[] files = Directory.GetFiles(Path.Combine(CommandLinePageTests.Root(), "experiments"), "*.json");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            Experiment experiment = ExperimentReader.Read(file);
            foreach (Variant variant in experiment.Variants)
            {
                IEnumerable<Setting> common = experiment.Options.Where(option => variant.Options.All(own => own.Key != option.Key));
                Setting[] settings = [.. variant.Method.HasParent ? [] : common, .. variant.Options];
                Assert.InRange(variant.Method.Recipe(experiment.Data[0], variant.Method.Line(experiment.Data[0], settings, seed: 1)).Epochs, 1, 1000);
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named() => Cli.Run("experiment", _folder.At("none.json")).AssertError(4, "there is no experiment file ");

    private Experiment Read(string text) => ExperimentReader.Read(_folder.Write("trial.json", text));
}
