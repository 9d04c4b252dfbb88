using Bnn.Model;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class TableReaderTests : IDisposable
{
    private static readonly string[] Classes = ["a", "b", "c"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1,2,0\n3,255,2\n")]
    [InlineData("1,2,0\r\n3,255,2\r\n")]
    [InlineData("1 2 0\n3\t255  2")]
    [InlineData("\n  1 , 2, 0 \n\n3,255,2\n\n")]
    public void Commas_blanks_and_empty_lines_are_the_same(string text)
    {
        LabeledImages samples = Read(text);
        Assert.Equal([1, 2, 3, 255], samples.Pixels);
        Assert.Equal([0, 2], samples.Labels);
    }

    [Fact]
    public void The_class_may_stand_in_any_column()
    {
        LabeledImages samples = Read("2,7,8\n1,9,10", ",class=first");
        Assert.Equal([7, 8, 9, 10], samples.Pixels);
        Assert.Equal([2, 1], samples.Labels);
    }

    [Fact]
    public void A_compressed_table_reads_the_same()
    {
        string path = _folder.Write("t.gz", IdxFiles.Gzip("1,2,0\n"u8.ToArray()));
        Assert.Equal([1, 2], Read(path, "", Classes, Shape.Vector(2)).Pixels);
    }

    [Fact]
    public void Every_cut_of_a_compressed_table_is_refused_by_name()
    {
        byte[] packed = IdxFiles.Gzip(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 50).Select(i => $"{i},{i * 5},{i % 3}\n"))));
        for (int length = 0; length < packed.Length; length++)
        {
            string path = _folder.Write("t.gz", packed[..length]);
            var refused = Assert.Throws<InvalidDataException>(() => Read(path, "", Classes, Shape.Vector(2)));
            Assert.StartsWith(path, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", ": holds no samples")]
    [InlineData("\n \n", ": holds no samples")]
    [InlineData("1,2,0\n1,2\n", "(2): 2 columns, but 3 are expected (2 values and a class)")]
    [InlineData("1,2,0,1\n", "(1): 4 columns, but 3 are expected")]
    [InlineData("1,256,0", "(1): column 2 must be a whole number from 0 to 255, but is '256'")]
    [InlineData("1,-1,0", "is '-1'")]
    [InlineData("1,2.5,0", "is '2.5'")]
    [InlineData("1,99999999999999999999999,0", "is '99999999999999999999...'")]
    [InlineData("a picture\n1,2\n", "(1): 2 columns, but 3 are expected")]
    [InlineData("1,a,0\n", "(1): column 2 must be a whole number from 0 to 255, but is 'a'")]
    [InlineData("1,\u202E,0", "is '???'")]
    [InlineData("1,,0", "(1): column 2 is empty")]
    [InlineData(",1,2", "(1): column 1 is empty")]
    [InlineData("1,2,\n", "(1): the line ends with a separator")]
    [InlineData("1,2,0\n\n1,2,3", "(3): class 3 in column 3; classes are a, b, c")]
    public void Garbage_is_refused_with_its_place(string text, string message)
    {
        var refused = Assert.Throws<InvalidDataException>(() => Read(text));
        Assert.StartsWith(_folder.At("table"), refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private LabeledImages Read(string text, string options = "") => Read(_folder.Write("table", text), options, Classes, Shape.Vector(2));

    private static LabeledImages Read(string path, string options, string[]? classNames, Shape? shape)
    {
        DataSpec spec = DataSpec.Parse($"table:{path}{options}", out string? problem)!;
        Assert.Null(problem);
        return spec.Read(classNames, shape, warning => Assert.Fail(warning)).Samples;
    }
}
