using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

/// <summary>The three commands of docs/data.md, as they stand there: from a folder of pictures to a program that knows them.</summary>
public sealed class OwnPicturesTests : IDisposable
{
    private static readonly string s_page = Repository.Read("docs/data.md").ReplaceLineEndings("\n");

    private readonly FreshFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Three_commands_lead_from_pictures_to_a_call()
    {
        _folder.Pack();
        foreach ((string name, int column) in new[] { ("left", 2), ("right", 9) })
            WritePictures(name, column);
        _folder.Write("MyApp/MyApp.csproj", Block("xml").Replace("\"0.1.0\"", $"\"{_folder.Version}\"", StringComparison.Ordinal));
        _folder.Write("MyApp/Program.cs", Block("csharp"));
        string[][] commands = [.. Block("").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        Assert.Equal(["bnn", "bnn", "dotnet"], commands.Select(command => command[0]));

        string summary = Bnn(commands[0]);
        Assert.Contains("trained in", summary, StringComparison.Ordinal);
        Assert.Equal("", Bnn(commands[1]));
        Assert.Equal("left", _folder.Dotnet(_folder.Path, commands[2][1..]).Trim());
        Assert.Equal("right", _folder.Dotnet(_folder.Path, [.. commands[2][1..^1], "photos/right/0004.pgm"]).Trim());
    }

    private string Bnn(string[] command) => _folder.Dotnet(_folder.Path, [typeof(Trainer.BnnCommandLine).Assembly.Location, .. command[1..]]);

    private void WritePictures(string name, int bright)
    {
        var random = new Random(bright);
        Directory.CreateDirectory(_folder.At("photos", name));
        for (int i = 0; i < 60; i++)
        {
            byte[] pixels = [.. Enumerable.Range(0, 144).Select(p => (byte)(p % 12 == bright ? random.Next(160, 256) : random.Next(0, 100)))];
            File.WriteAllBytes(_folder.At("photos", name, $"{i:D4}.pgm"), [.. "P5\n12 12\n255\n"u8, .. pixels]);
        }
    }

    // The first block in that language.
    private static string Block(string language) => s_page.Split($"```{language}\n")[1].Split("```")[0];
}
