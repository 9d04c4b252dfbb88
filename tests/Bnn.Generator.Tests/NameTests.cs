using Bnn.Generator.Compiler;
using Bnn.Model;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator.Tests;

public class NameTests
{
    [Theory]
    [InlineData("fashion-mlp.bnn", "FashionMlp"), InlineData("/a/b/digits.v2.bnn", "DigitsV2"), InlineData("C:\\x\\my_net.bnn", "MyNet"), InlineData("8x8.bnn", "_8x8")]
    [InlineData("scores.bnn", "ModelScores"), InlineData("layer1.bnn", "ModelLayer1"), InlineData("MNIST.bnn", "MNIST"), InlineData("caf\u00E9 net.bnn", "CafNet")]
    public void File_name_becomes_a_class_name(string path, string expected)
    {
        var errors = new List<ModelError>();
        Assert.Equal(expected, ModelNames.ClassName(new(path, "", new()), errors));
        Assert.Empty(errors);
    }

    [Fact]
    public void A_file_name_without_a_letter_asks_for_a_class_name()
    {
        var errors = new List<ModelError>();
        ModelNames.ClassName(new("\u6A21\u578B.bnn", "", new()), errors);
        Assert.Equal("The class name made from the file name \\u6A21\\u578B.bnn, set BnnClass instead; '' cannot be used: it is empty", Assert.Single(errors).Message);
    }

    /// <summary>Each hostile name gives a diagnostic, or exactly the type that was asked for.</summary>
    [Fact]
    public void Hostile_names_are_refused_or_exactly_what_was_asked_for()
    {
        string text = BnnWriter.Write(Models.Bits(3, new ScoresLayer("scores", Models.Rows("+++"), Models.Ints(0), 1)));
        string[] pieces = ["", " ", "a", "A", "_", "__", "9", "class", "record", "var", "dynamic", "nint", "file", "Run", "Info", "Labels", "Layer0", "Pack0", "Equals", "ToString",
            "System", "global", "Bnn", "BnnBits", "a;b", "a{", "a}", "a//", "a/*", "a\n", "a\r", "a\u2028b", "\u0430bc", "e\u0301", "\u202Eabc", "\uD800", "a.b", "a<T>", "@class", "a-b",
            "a b", "a\0b", "\\u0041", "#if", "\"", new string('x', 128), new string('x', 129), "Object", "String", "value", "field", "await", "partial", "where", "Type", "MemberwiseClone"];
        var accepted = new List<string>();
        foreach (string name in pieces.SelectMany(piece => new[] { piece, piece + "1", "A." + piece, piece + "." + piece }).Distinct())
        {
            foreach (string option in new[] { "BnnClass", "BnnNamespace" })
            {
                var file = new InMemoryFile("/project/thing.bnn", text, (option, name));
                GeneratorRunResult result = Drivers.Run(file);
                Assert.Null(result.Exception);
                if (result.Errors().Length > 0)
                {
                    Assert.Equal("BNN021", Assert.Single(result.Errors()).Id);
                    Assert.Empty(result.GeneratedSources);
                    continue;
                }
                string expected = name.Length == 0 ? "Models.Thing" : option == "BnnClass" ? "Models." + name : name + ".Thing";
                SyntaxTree tree = Assert.Single(result.GeneratedSources).SyntaxTree;
                Assert.Empty(tree.GetDiagnostics());
                Assert.Equal([expected], DeclaredTypes(tree));
                accepted.Add(expected);
            }
        }
        Assert.InRange(accepted.Count, 40, 200);
    }

    [Theory, InlineData("Equals"), InlineData("System"), InlineData("Bnn"), InlineData("Object"), InlineData("Type"), InlineData("MemberwiseClone"), InlineData("x")]
    public void Odd_names_that_are_accepted_compile(string name)
    {
        string text = BnnWriter.Write(Models.Digits());
        Assert.NotNull(Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")), new InMemoryFile("a.bnn", text, ("BnnClass", name))).Load().GetType("Models." + name));
        Assert.NotNull(Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")), new InMemoryFile("a.bnn", text, ("BnnNamespace", "Models." + name), ("BnnClass", name))).Load().GetType($"Models.{name}.{name}"));
    }

    private static string[] DeclaredTypes(SyntaxTree tree)
    {
        var compilation = Drivers.Project().AddSyntaxTrees(tree);
        return [.. tree.GetRoot().DescendantNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.BaseTypeDeclarationSyntax>()
            .Select(node => compilation.GetSemanticModel(tree).GetDeclaredSymbol(node)!.ToDisplayString())];
    }
}
