using Bnn.Model;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

public sealed class DataSpecTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("images:photos", "images", "photos", "")]
    [InlineData("idx:a,b", "idx", "a|b", "")]
    [InlineData("table:t.csv,class=kind,skip=1,skip=2", "table", "t.csv", "class=kind|skip=1|skip=2")]
    [InlineData("images:mine,, yours and a=b", "images", "mine, yours and a=b", "")]
    [InlineData("cifar:1,2,shape=3x8x8,3", "cifar", "1|2|3", "shape=3x8x8")]
    [InlineData(@"images:C:\photos", "images", @"C:\photos", "")]
    public void A_specification_has_paths_and_options(string text, string format, string paths, string options)
    {
        DataSpec spec = Parse(text);
        Assert.Equal(format, spec.Format.Keyword);
        Assert.Equal(paths, string.Join('|', spec.Paths));
        Assert.Equal(options, string.Join('|', spec.Options.Items.Select(item => $"{item.Key}={item.Value}")));
        DataSpec again = Parse(spec.ToString());
        Assert.Equal(spec.Paths, again.Paths);
        Assert.Equal(spec.Options.Items, again.Options.Items);
    }

    [Fact]
    public void A_folder_or_a_table_may_stand_alone()
    {
        _folder.Write("photos/a/1.pgm", "");
        _folder.Write("t.csv", "");
        _folder.Write("t.TSV.gz", "");
        _folder.Write("t.txt", "");
        Assert.Equal(DataFormat.Images, Parse(_folder.At("photos")).Format);
        Assert.Equal(DataFormat.Table, Parse(_folder.At("t.csv") + ",class=first").Format);
        Assert.Equal(DataFormat.Table, Parse(_folder.At("t.TSV.gz")).Format);
        string oddly = Directory.CreateDirectory(_folder.At("it's mine, and class=first")).FullName;
        Assert.Equal([oddly], Parse(oddly).Paths);
        Assert.Null(DataSpec.Parse(_folder.At("t.txt"), out string? problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("images:", "names 0 paths; write images:FOLDER")]
    [InlineData("idx:images", "names 1 paths; write idx:IMAGES,LABELS and, if need be, ,names=...")]
    [InlineData("table:a.csv,b.csv", "names 2 paths; write table:FILE")]
    [InlineData("table:a.csv,clas=3", "names 2 paths")]
    [InlineData("images:photos,shape=8x8", "images: has no option shape=")]
    [InlineData("idx:a,b,shape=8x8", "idx: has no option shape=; it knows names")]
    [InlineData("table:t,shape=8by8", "'shape=8by8' is no shape")]
    [InlineData("table:t,shape=0x8", "is no shape")]
    [InlineData("table:t,shape=4000x4000", "is no shape")]
    [InlineData("table:t,shape=99999x1x1", "is no shape")]
    [InlineData("table:t,header=maybe", "'header=maybe' must be header=yes or header=no")]
    [InlineData("table:t,class=", "'class=' has no value")]
    public void A_wrong_specification_says_what_is_right(string text, string message)
    {
        Assert.NotNull(DataSpec.Parse(text, out string? problem));
        Assert.Contains(message, problem, StringComparison.Ordinal);
        Cli.Run("train", text, "--out", _folder.At("r")).AssertError(1, message);
    }

    [Theory]
    [InlineData("images:photos/", "photos")]
    [InlineData("images:my.photos", "my.photos")]
    [InlineData("table:data/digits.csv.gz", "digits")]
    [InlineData("idx:.hidden,b", "hidden")]
    [InlineData("images:/", "data")]
    public void The_name_is_that_of_the_folder_or_file(string text, string name) => Assert.Equal(name, Parse(text).Name);

    [Fact]
    public void What_a_run_remembers_does_not_depend_on_the_current_folder()
    {
        string here = Environment.CurrentDirectory + Path.DirectorySeparatorChar;
        Assert.Equal($"table:{here}t.csv,names={here}n.txt,class=1", Parse("table:t.csv,names=n.txt,class=1").WithFullPaths().ToString());
        Assert.Equal($"raw:{here}a,{here}b,names=x+y", Parse("raw:a,b,names=x+y").WithFullPaths().ToString());
    }

    [Theory]
    [InlineData("a+b+a", "the class name 'a' stands there twice")]
    [InlineData("a++b", "a class name has 0 characters")]
    public void Wrong_class_names_are_refused(string names, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => ClassNames.Parse(names)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("6", 6, 1, 1)]
    [InlineData("8x4", 1, 8, 4)]
    [InlineData("3x8x4", 3, 8, 4)]
    public void Shapes_of_one_two_and_three_sizes(string text, int channels, int height, int width) =>
        Assert.Equal(new Shape(channels, height, width), Parse($"table:t,shape={text}").Options.Shape);

    private static DataSpec Parse(string text)
    {
        DataSpec spec = DataSpec.Parse(text, out string? problem)!;
        Assert.Null(problem);
        return spec;
    }
}
