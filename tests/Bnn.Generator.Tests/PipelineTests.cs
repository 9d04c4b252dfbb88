using Bnn.Model;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator.Tests;

public class PipelineTests
{
    private static readonly (string, string)[] s_properties = [("RootNamespace", "Models"), ("ProjectDir", "/project/")];
    private static readonly string s_digits = BnnWriter.Write(Models.Digits());
    private static readonly string s_others = BnnWriter.Write(Models.Digits(seed: 2));

    private static IncrementalStepRunReason[] Reasons(GeneratorDriver driver, string step) =>
        [.. driver.GetRunResult().Results[0].TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason)];

    private static void AssertNothingRan(GeneratorDriver driver)
    {
        Assert.All(Reasons(driver, StepNames.Compile), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.All(driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs),
            output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void Editing_csharp_does_not_recompile_the_model()
    {
        GeneratorDriver driver = Drivers.Tracking(new(s_properties), new InMemoryFile("/project/digits.bnn", s_digits))
            .RunGenerators(Drivers.Project(sources: "class A;"));
        driver = driver.RunGenerators(Drivers.Project(sources: ["class A;", "class B;"]));
        Assert.All([StepNames.Read, StepNames.Options, StepNames.Arrange],
            step => Assert.All(Reasons(driver, step), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason)));
        AssertNothingRan(driver);
    }

    [Fact]
    public void Saving_the_same_text_does_not_recompile_the_model()
    {
        var file = new InMemoryFile("/project/digits.bnn", s_digits);
        GeneratorDriver driver = Drivers.Tracking(new(s_properties), file).RunGenerators(Drivers.Project());
        driver = driver.ReplaceAdditionalText(file, new InMemoryFile("/project/digits.bnn", string.Concat(s_digits, ""))).RunGenerators(Drivers.Project());
        Assert.Equal([IncrementalStepRunReason.Unchanged], Reasons(driver, StepNames.Read));
        AssertNothingRan(driver);
    }

    [Fact]
    public void An_unrelated_option_does_not_recompile_the_model()
    {
        GeneratorDriver driver = Drivers.Tracking(new(s_properties), new InMemoryFile("/project/digits.bnn", s_digits)).RunGenerators(Drivers.Project());
        driver = driver.WithUpdatedAnalyzerConfigOptions(new InMemoryOptions([.. s_properties, ("Unrelated", "1")])).RunGenerators(Drivers.Project());
        Assert.Equal([IncrementalStepRunReason.Unchanged], Reasons(driver, StepNames.Options));
        AssertNothingRan(driver);
    }

    [Fact]
    public void An_option_of_the_model_recompiles_it()
    {
        GeneratorDriver driver = Drivers.Tracking(new(s_properties), new InMemoryFile("/project/digits.bnn", s_digits)).RunGenerators(Drivers.Project());
        driver = driver.WithUpdatedAnalyzerConfigOptions(new InMemoryOptions(("RootNamespace", "Other"), ("ProjectDir", "/project/")))
            .RunGenerators(Drivers.Project());
        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(driver, StepNames.Compile));
    }

    [Fact]
    public void Editing_one_of_two_models_recompiles_only_that_one()
    {
        var first = new InMemoryFile("/project/first.bnn", s_digits);
        GeneratorDriver driver = Drivers.Tracking(new(s_properties), first, new InMemoryFile("/project/second.bnn", s_digits)).RunGenerators(Drivers.Project());
        driver = driver.ReplaceAdditionalText(first, new InMemoryFile("/project/first.bnn", s_others)).RunGenerators(Drivers.Project());
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(driver, StepNames.Compile));
    }

    [Fact]
    public void Files_of_one_name_in_two_folders_both_compile()
    {
        GeneratorRunResult result = Drivers.Run(
            new InMemoryFile("/project/one/a.bnn", s_digits, ("BnnNamespace", "One")),
            new InMemoryFile("/project/two/a.bnn", s_others, ("BnnNamespace", "Two")));
        Assert.Empty(result.Errors());
        Assert.Equal(["one.a.bnn.g.cs", "two.a.bnn.g.cs"], result.GeneratedSources.Select(source => source.HintName));
    }

    [Fact]
    public void Hint_names_of_awkward_paths_are_plain_and_distinct()
    {
        string[] paths = ["/project/a b.bnn", "/project/a_b.bnn", "/project/A_B.BNN", "/elsewhere/a+b.bnn", $"/project/{new string('d', 300)}/x.bnn",
            "C:\\other\\\u202Ea.bnn"];
        GeneratorRunResult result = Drivers.Run(paths.Select((path, i) => new InMemoryFile(path, s_digits, ("BnnClass", "C" + i))).ToArray());
        Assert.Empty(result.Errors());
        Assert.Equal(paths.Length, result.GeneratedSources.Select(source => source.HintName.ToUpperInvariant()).Distinct().Count());
        Assert.All(result.GeneratedSources, source => Assert.Matches("^[A-Za-z0-9._-]{1,140}$", source.HintName));
    }

    [Fact]
    public void A_file_listed_twice_compiles_once()
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", s_digits), new InMemoryFile("/project/a.bnn", s_digits));
        Assert.Empty(result.Errors());
        Assert.Single(result.GeneratedSources);
    }

    [Fact]
    public void Other_additional_files_are_left_alone()
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.txt", "bnn 1"), new InMemoryFile("/project/b.BNN", s_digits));
        Assert.Equal("b.BNN.g.cs", Assert.Single(result.GeneratedSources).HintName);
    }

    [Fact]
    public void A_broken_file_does_not_break_the_other_model()
    {
        GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/broken.bnn", "bnn 7\n"), new InMemoryFile("/project/digits.bnn", s_digits));
        Assert.All(result.Errors(), error => Assert.Equal("/project/broken.bnn", error.Location.GetLineSpan().Path));
        Assert.NotEmpty(result.Errors());
        Assert.Equal("digits.bnn.g.cs", Assert.Single(result.GeneratedSources).HintName);
    }

    [Theory, InlineData("Models", "Models"), InlineData("My-App.7z.class", "My_App._7z.class_"), InlineData("", "Test.Project")]
    public void The_default_namespace_is_that_of_the_project(string root, string expected)
    {
        GeneratorDriver driver = Drivers.Tracking(new(("RootNamespace", root)), new InMemoryFile("a.bnn", s_digits)).RunGenerators(Drivers.Project());
        Assert.Contains($"\nnamespace {expected}\n", driver.GetRunResult().Results[0].GeneratedSources[0].SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_chooses_names_and_lowering()
    {
        Type type = Drivers.Compile(Drivers.Project(), new(s_properties), new InMemoryFile("/project/a.bnn", s_digits,
            ("BnnClass", "Chosen"), ("BnnNamespace", "Some.Where"), ("BnnVisibility", "internal"), ("BnnGoal", "size"), ("BnnLowering", "popcounttable")))
                .Load().GetType("Some.Where.Chosen", throwOnError: true)!;
        Assert.True(type.IsNotPublic);
        Assert.NotNull(type.GetMethod("Layer1", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static));
        Assert.NotNull(type.GetProperty("Layer1Weights", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static));
    }
}
