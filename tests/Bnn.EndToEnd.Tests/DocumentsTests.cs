using System.Globalization;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

/// <summary>What the documents show is what the repository holds.</summary>
public class DocumentsTests
{
    private static readonly string s_readme = Repository.Read("README.md").ReplaceLineEndings("\n");

    [Fact]
    public void The_example_of_the_readme_is_the_sample()
    {
        string sample = Unindented(Repository.Read("sample-app/Example.cs"));
        Assert.Contains(Unindented(Block(0)), sample, StringComparison.Ordinal);
    }

    [Fact]
    public void The_generated_code_of_the_readme_is_what_the_compiler_writes()
    {
        var source = new ModelSource("optdigits.bnn", Repository.Read("sample-app/models/optdigits.bnn"), new());
        string[] generated = [.. BnnCompiler.Compile(source).Model!.Source.Split('\n').Select(line => line.Trim())];
        foreach (string line in Block(1).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("// ...", StringComparison.Ordinal)))
            Assert.Contains(line, generated);
    }

    [Theory]
    [InlineData("sample-app/models/fashion-mlp")]
    [InlineData("sample-app/models/fashion-mlp-pruned")]
    [InlineData("sample-app/models/fashion-conv")]
    [InlineData("sample-app/models/optdigits")]
    [InlineData("models/cifar-nin")]
    public void The_page_of_the_models_states_their_size_and_validation_accuracy(string path)
    {
        Network network = BnnReader.Read(Repository.Read($"{path}.bnn")).Network!;
        string name = Path.GetFileName(path);
        string row = Repository.Read("docs/models.md").Split('\n').Single(line => line.StartsWith($"| `{name}` ", StringComparison.Ordinal));
        double accuracy = double.Parse(network.Meta("validation-accuracy")!, CultureInfo.InvariantCulture);
        Assert.Contains((100 * accuracy).ToString("F2", CultureInfo.InvariantCulture) + " ±", row, StringComparison.Ordinal);
        Assert.Contains(network.Operations().ToString("N0", CultureInfo.InvariantCulture), row, StringComparison.Ordinal);
    }

    private static string Block(int index) => s_readme.Split("```csharp\n")[index + 1].Split("```")[0];

    private static string Unindented(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())).Trim();
}
