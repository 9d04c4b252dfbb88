using Bnn.Generator.Compiler;
using Bnn.Model;

namespace Bnn.Generator.Tests;

public class NameTests
{
    [Theory]
    [InlineData("fashion-mlp.bnn", "FashionMlp"), InlineData("/a/b/digits.v2.bnn", "DigitsV2"), InlineData("C:\\x\\my_net.bnn", "MyNet"),
        InlineData("8x8.bnn", "_8x8")]
    [InlineData("scores.bnn", "ModelScores"), InlineData("layer1.bnn", "ModelLayer1"), InlineData("MNIST.bnn", "MNIST"),
        InlineData("caf\u00E9 net.bnn", "CafNet")]
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
        Assert.Equal("The class name made from the file name \\u6A21\\u578B.bnn, set BnnClass instead; '' cannot be used: it is empty",
            Assert.Single(errors).Message);
    }

    [Theory, InlineData("Equals"), InlineData("System"), InlineData("Bnn"), InlineData("Object"), InlineData("Type"), InlineData("MemberwiseClone"),
        InlineData("x")]
    public void Odd_names_that_are_accepted_compile(string name)
    {
        string text = BnnWriter.Write(Models.Digits());
        Assert.NotNull(Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")), new InMemoryFile("a.bnn", text, ("BnnClass", name))).Load()
            .GetType("Models." + name));
        Assert.NotNull(Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")),
            new InMemoryFile("a.bnn", text, ("BnnNamespace", "Models." + name), ("BnnClass", name))).Load().GetType($"Models.{name}.{name}"));
    }
}
