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

    [Theory]
    [InlineData("a,b,class\n1,2,0\n3,4,2\n", "")]
    [InlineData("\uFEFF\"a\";\"b\";\"class\"\r\n\"1\";\"2\";\"0\"\r\n3;4;2", "")]
    [InlineData("class\tx y\tz\n0\t1\t2\n2\t3\t4\n", ",class=class")]
    [InlineData("id,a,b,class\n77777,1,2,0\n77778,3,4,2\n", ",skip=id")]
    [InlineData("1,2,0,?\n3,4,2,?\n", ",class=3,skip=4")]
    [InlineData("x,1,y,2,0\nx,3,y,4,2\n", ",skip=1,skip=3")]
    [InlineData("0,1,2\n1,2,0\n3,4,2\n", ",header=yes")]
    public void Headers_separators_and_columns_that_are_left_out(string text, string options)
    {
        LabeledImages samples = Read(text, options);
        Assert.Equal([1, 2, 3, 4], samples.Pixels);
        Assert.Equal([0, 2], samples.Labels);
    }

    [Fact]
    public void Classes_are_what_occurs_numbers_by_value_and_texts_by_their_characters()
    {
        LabeledImages numbers = Own("1,10\n2,9\n3,-1\n4,009\n");
        Assert.Equal(["-1", "9", "10"], numbers.ClassNames);
        Assert.Equal([2, 1, 0, 1], numbers.Labels);
        LabeledImages texts = Own("1,ankle boot\n2,bag\n3,Bag\n");
        Assert.Equal(["Bag", "ankle boot", "bag"], texts.ClassNames);
        Assert.Equal([1, 2, 0], texts.Labels);
        Assert.Equal(new Shape(1, 1, 1), texts.Shape);
    }

    [Fact]
    public void Names_of_a_model_are_found_by_text_and_numbers_only_stand_for_places_where_none_is_a_name()
    {
        string path = _folder.Write("t", "1,4\n2,2\n");
        Assert.Equal([1, 0], Read(path, "", ["2", "4"], null).Labels);
        Assert.Equal([4, 2], Read(path, "", ["a", "b", "c", "d", "e"], null).Labels);
        var refused = Assert.Throws<InvalidDataException>(() => Read(path, "", ["2", "3"], null));
        Assert.Contains("class 4 in column 2; classes are 2, 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_in_the_options_makes_images_of_lines() =>
        Assert.Equal(new Shape(1, 2, 2), Own("1,2,3,4,0\n", ",shape=2x2").Shape);

    [Theory]
    [InlineData(",class=5", "has no column '5' for class=; there are 3 columns without names; say first, last or a number from 1.")]
    [InlineData(",class=species", "has no column 'species' for class=")]
    [InlineData(",skip=last", "column 3 of")]
    public void Columns_that_are_not_there_are_a_mistake_in_use(string options, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => Own("1,2,0\n", options)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_wrong_name_of_a_column_is_answered_with_those_there_are() =>
        Assert.EndsWith("are a, b, kind.", Assert.Throws<UsageException>(() => Own("a,b,kind\n1,2,0\n", ",class=species")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_column_of_hundreds_of_values_is_no_class() =>
        Assert.Contains(
            "(257): column 2 has more than 256 classes, such as '256'; which column is the class?",
            Assert.Throws<InvalidDataException>(() => Own(string.Concat(Enumerable.Range(0, 300).Select(i => $"1,{i}\n")))).Message, StringComparison.Ordinal);

    private LabeledImages Own(string text, string options = "") => Read(_folder.Write("table", text), options, null, null);

    private LabeledImages Read(string text, string options = "") => Read(_folder.Write("table", text), options, Classes, Shape.Vector(2));

    private static LabeledImages Read(string path, string options, string[]? classNames, Shape? shape)
    {
        DataSpec spec = DataSpec.Parse($"table:{path}{options}", out string? problem)!;
        Assert.Null(problem);
        return spec.Read(classNames, shape, warning => Assert.Fail(warning)).Samples;
    }
}
